/* Preparing an elementwise operation.

   Settings: the number of registers, then four numbers an instruction: what it does, where the result goes, and its one
   or two operands. Places count the operands first, then the registers. */
#include "axes.h"
#include "instructions.h"
#include "program.h"
#include "tile.h"

/* The catalogue of fused kernels: as many settings as it says, then zeros. */
typedef struct {
    int n_operands, n_settings;
    unsigned char setting[4 * MOST_OPERANDS + 1];
    uint64_t ones; /* a bit for each operand that must be one number */
} Signature;

static const Signature catalogue[] = {
#define DO(name, out, x, y) do_##name, out, x, y,
#define SIZE(...) (int)sizeof (unsigned char[]){__VA_ARGS__}
#define ONE(k) | (uint64_t)1 << (k)
#define KERNEL(n_operands, n_registers, ones, loads, instructions, stores) \
    {n_operands, SIZE(n_registers, instructions), {n_registers, instructions}, 0 ones},
#include "catalogue.h"
};

int kernel_of(int n_operands, const int64_t *setting, int n_settings)
{
    for (int k = 0; k < (int)(sizeof catalogue / sizeof *catalogue); k++) {
        const Signature *known = catalogue + k;
        int i = known->n_operands == n_operands && known->n_settings == n_settings ? 0 : n_settings + 1;
        while (i < n_settings && known->setting[i] == setting[i]) i++;
        if (i == n_settings) return k;
    }
    return -1;
}

/* Whether an operation is a copy of a matrix that lies column by column to one that lies row by row. */
static bool turns(const Op *op)
{
    if (op->n_settings != 5 || op->setting[0] || op->setting[1] != do_copy || op->n_axes != 2) return false;
    const Operand *to = op->operand + op->setting[2], *from = op->operand + op->setting[3];
    return to->stride[1] == to->size && from->stride[0] == to->size;
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
        bool compares = s[0] > do_logaddexp && s[0] < do_is_greater, two = s[0] >= do_add && s[0] < do_from_bool;
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

    op->work = space(op);
    join_axes(op, op->operand + lead);
    for (int k = 0; k < op->n_operands; k++) {
        Operand *x = op->operand + k;
        int64_t next = x->size;
        x->constant = x->in_a_row = true;
        for (int axis = op->n_axes - 1; axis >= 0; next *= op->shape[axis--])
            x->constant &= x->stride[axis] == 0, x->in_a_row &= x->stride[axis] == next;
    }
    op->way = kernel_of(op->n_operands, op->setting, op->n_settings);
    int inner = op->n_axes - 1;
    int64_t size = op->type == 'd' ? 8 : 4, rows = inner ? op->shape[inner - 1] : 1;
    bool in_place = op->way >= 0 && op->shape[inner] * size >= 64;
    for (int k = 0; k < op->n_operands; k++) {
        const Operand *x = op->operand + k;
        in_place &= x->stride[inner] == size || (x->stride[inner] == 0 && !x->writes);
        if (inner && x->stride[inner] == 0 && x->stride[inner - 1]) rows = 1; /* one number for a row, another for the next */
    }
    op->number[ROWS] = in_place ? rows : 0;
    for (int k = 0; op->way >= 0 && k < op->n_operands; k++) {
        const Operand *x = op->operand + k;
        bool is_one = x->constant || (in_place && x->stride[inner] == 0);
        if (catalogue[op->way].ones >> k & 1 && !is_one) op->way = -1, op->number[ROWS] = 0;
    }
    if (turns(op)) op->way = TURNS;
    op->scratch = (int64_t)n_places * TILE_BYTES;
    return NULL;
}
