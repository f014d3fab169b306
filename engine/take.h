/* Entries along an axis, such as the samples of a mini-batch. Of any type: numbers are moved, not looked at. */
#include "take_numbers.h"

/* Entries that lie in a row, of so many bytes. */
INLINE void X(take_rows)(const int64_t bytes, const Op *op, const char *entries, char *to)
{
    const char *index = op->operand[1].at;
    const int64_t n = op->number[TAKEN], last = op->number[ENTRIES] - 1; /* which what is written can't change */
    const int64_t step_index = op->number[STEP_INDEX], step_x = op->number[STEP_X], step_out = op->number[STEP_OUT];
    for (int64_t k = 0; k < n; k++, to += step_out) {
        int64_t which = *(const int64_t *)(index + k * step_index);
        which = which < 0 ? 0 : which < last ? which : last;
        memcpy(to, entries + which * step_x, bytes);
    }
}

static bool X(take)(const Op *op, char *scratch)
{
    (void)scratch;
    const Operand *x = op->operand, *index = x + 1, *out = x + 2;
    const int64_t *number = op->number, row = op->shape[op->n_axes - 1];
    int64_t step = x->stride[op->n_axes - 1], step_out = out->stride[op->n_axes - 1];
    for (int64_t start = 0; start < op->work; start += row) {
        const char *entries = address(op, x, start);
        char *to = address(op, out, start);
        if (row == 1 && x->size == sizeof(real)) X(take_rows)(sizeof(real), op, entries, to); /* one instruction each */
        else if (row == 1 || (step == x->size && step_out == x->size)) X(take_rows)(row * x->size, op, entries, to);
        else for (int64_t k = 0; k < number[TAKEN]; k++, to += number[STEP_OUT]) {
            int64_t which = *(const int64_t *)(index->at + k * number[STEP_INDEX]);
            which = which < 0 ? 0 : which < number[ENTRIES] ? which : number[ENTRIES] - 1;
            for (int64_t i = 0; i < row; i++) memcpy(to + i * step_out, entries + which * number[STEP_X] + i * step, x->size);
        }
    }
    return true;
}
