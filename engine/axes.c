/* Walking operands together; axes.h says how. */
#include <string.h>

#include "axes.h"

bool broadcast(Op *op)
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

void join_axes(Op *op, const Operand *lead)
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

int64_t space(const Op *op)
{
    int64_t total = 1;
    for (int axis = 0; axis < op->n_axes; axis++) total *= op->shape[axis];
    return total;
}
