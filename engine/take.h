/* Entries along an axis, such as the samples of a mini-batch. Of any type: numbers are moved, not looked at. */
#include "take_numbers.h"

static bool X(take)(const Op *op, char *scratch)
{
    (void)scratch;
    const Operand *x = op->operand, *index = x + 1, *out = x + 2;
    const int64_t *number = op->number, row = op->shape[op->n_axes - 1];
    int64_t step = x->stride[op->n_axes - 1], step_out = out->stride[op->n_axes - 1];
    for (int64_t start = 0; start < op->work; start += row) {
        const char *entries = address(op, x, start);
        char *to = address(op, out, start);
        for (int64_t k = 0; k < number[TAKEN]; k++, to += number[STEP_OUT]) {
            int64_t which = *(const int64_t *)(index->at + k * number[STEP_INDEX]);
            which = which < 0 ? 0 : which < number[ENTRIES] ? which : number[ENTRIES] - 1;
            const char *from = entries + which * number[STEP_X];
            if (row == 1 && x->size == sizeof(real)) memcpy(to, from, sizeof(real)); /* one instruction */
            else if (step == x->size && step_out == x->size) memcpy(to, from, row * x->size);
            else for (int64_t i = 0; i < row; i++) memcpy(to + i * step_out, from + i * step, x->size);
        }
    }
    return true;
}
