/* Preparing an elementwise operation: operands are broadcast against each other, and axes that lie in a row are joined.

   Settings: the number of registers, then four numbers an instruction: what it does, where the result goes, and its one
   or two operands. Places count the operands first, then the registers. */
#include <string.h>

#include "instructions.h"
#include "program.h"
#include "tile.h"

static bool broadcast(Op *op)
{
    op->n_axes = 0;
    for (int k = 0; k < op->n_operands; k++)
        if (op->operand[k].n_axes > op->n_axes) op->n_axes = op->operand[k].n_axes;
    for (int axis = 0; axis < op->n_axes; axis++) op->shape[axis] = 1;
    for (int k = 0; k < op->n_operands; k++) {
        Operand *x = op->operand + k;
        int missing = op->n_axes - x->n_axes;
        memmove(x->shape + missing, x->shape, x->n_axes * sizeof *x->shape);
        memmove(x->stride + missing, x->stride, x->n_axes * sizeof *x->stride);
        for (int axis = 0; axis < missing; axis++) x->shape[axis] = 1;
        x->n_axes = op->n_axes;
        for (int axis = 0; axis < op->n_axes; axis++) {
            if (x->shape[axis] == 1) x->stride[axis] = 0;
            else if (op->shape[axis] == 1) op->shape[axis] = x->shape[axis];
            else if (op->shape[axis] != x->shape[axis]) return false;
        }
    }
    return true;
}

static void swap(Op *op, int a, int b)
{
    int64_t t = op->shape[a];
    op->shape[a] = op->shape[b], op->shape[b] = t;
    for (int k = 0; k < op->n_operands; k++) {
        int64_t *stride = op->operand[k].stride;
        t = stride[a], stride[a] = stride[b], stride[b] = t;
    }
}

static void remove_axis(Op *op, int axis)
{
    op->n_axes--;
    for (int i = axis; i < op->n_axes; i++) op->shape[i] = op->shape[i + 1];
    for (int k = 0; k < op->n_operands; k++)
        for (int i = axis; i < op->n_axes; i++) op->operand[k].stride[i] = op->operand[k].stride[i + 1];
}

/* Whether every operand goes on along this axis where the next one ends. */
static bool in_a_row(const Op *op, int axis)
{
    for (int k = 0; k < op->n_operands; k++) {
        const int64_t *stride = op->operand[k].stride;
        if (stride[axis] != stride[axis + 1] * op->shape[axis + 1]) return false;
    }
    return true;
}

/* The fewest axes that walk all operands, in the order in which the operand `lead` lies in memory. */
static void join_axes(Op *op, const Operand *lead)
{
    for (int axis = op->n_axes - 1; axis >= 0; axis--)
        if (op->shape[axis] == 1) remove_axis(op, axis);
    for (int i = 1; i < op->n_axes; i++)
        for (int j = i; j > 0 && lead->stride[j - 1] < lead->stride[j]; j--) swap(op, j - 1, j);
    for (int axis = op->n_axes - 2; axis >= 0; axis--)
        if (in_a_row(op, axis)) op->shape[axis + 1] *= op->shape[axis], remove_axis(op, axis);
    if (op->n_axes == 0) {
        op->n_axes = 1, op->shape[0] = 1;
        for (int k = 0; k < op->n_operands; k++) op->operand[k].stride[0] = 0;
    }
}

const char *prepare_elementwise(Op *op)
{
    int n_registers = op->n_settings ? (int)op->setting[0] : -1, n_places = op->n_operands + n_registers;
    if (n_registers < 0 || n_registers > MOST_OPERANDS || op->n_settings % 4 != 1) return "the settings are no instructions";
    if (op->type == 'q') return "there are no real numbers";
    if (!broadcast(op)) return "the shapes don't go together";

    char type[2 * MOST_OPERANDS] = {0}; /* of each place: known for operands, set by the first instruction for a register */
    for (int k = 0; k < op->n_operands; k++) type[k] = op->operand[k].type;
    int lead = -1;
    for (const int64_t *s = op->setting + 1; s < op->setting + op->n_settings; s += 4) {
        if (s[0] < 0 || s[0] >= N_INSTRUCTIONS) return "an unknown instruction";
        bool compares = s[0] > do_logaddexp && s[0] < do_from_bool, two = s[0] >= do_add && s[0] < do_from_bool;
        char read = s[0] == do_from_bool ? '?' : op->type, result = compares ? '?' : op->type;
        for (int i = 1; i < 4; i++)
            if (s[i] < 0 || s[i] >= n_places) return "an instruction names a place that isn't there";
        for (int i = 2; i < 3 + two; i++)
            if (type[s[i]] != read) return "an instruction reads another type";
            else if (s[i] < op->n_operands && !op->operand[s[i]].writes) op->operand[s[i]].reads = true;
        if (type[s[1]] != result && (s[1] < op->n_operands || type[s[1]])) return "an instruction writes another type";
        type[s[1]] = result;
        if (s[1] >= op->n_operands) continue;
        op->operand[s[1]].writes = true;
        if (lead < 0) lead = (int)s[1];
    }
    if (lead < 0) return "nothing is written";
    for (int k = 0; k < op->n_operands; k++) {
        const Operand *x = op->operand + k;
        for (int axis = 0; x->writes && axis < op->n_axes; axis++)
            if (x->shape[axis] != op->shape[axis]) return "what is written is smaller than what is read";
        if (x->writes && !x->writable) return "what is written is read-only";
    }

    op->work = 1;
    for (int axis = 0; axis < op->n_axes; axis++) op->work *= op->shape[axis];
    join_axes(op, op->operand + lead);
    for (int k = 0; k < op->n_operands; k++) {
        Operand *x = op->operand + k;
        int64_t next = x->size;
        x->constant = x->in_a_row = true;
        for (int axis = op->n_axes - 1; axis >= 0; next *= op->shape[axis--])
            x->constant &= x->stride[axis] == 0, x->in_a_row &= x->stride[axis] == next;
    }
    op->scratch = (int64_t)n_places * TILE * 8;
    return NULL;
}
