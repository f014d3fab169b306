/* The check for numbers that aren't finite, which ends the program; the count of steps; a step's row of a table. */
#include <string.h>

/* How many of n numbers that lie in a row aren't finite. */
static int X(not_finite)(const real *x, int64_t n)
{
    int found = 0;
    for (int64_t i = 0; i < n; i++) found += x[i] - x[i] != 0;
    return found;
}

static bool X(check)(const Op *op, char *scratch)
{
    (void)scratch;
    const Operand *x = op->operand, *ignored = x + 1;
    if (op->n_axes == 1 && x->stride[0] == x->size && ignored->stride[0] == 0)
        return *ignored->at || !X(not_finite)((const real *)x->at, op->work);
    for (int64_t i = 0; i < op->work; i++) {
        real each = *(const real *)address(op, x, i);
        if (each - each != 0 && !*address(op, ignored, i)) return false;
    }
    return true;
}

static bool X(count)(const Op *op, char *scratch)
{
    (void)scratch;
    *(int64_t *)op->operand[0].at += *(int64_t *)op->operand[1].at;
    return true;
}

static bool X(tabled)(const Op *op, char *scratch)
{
    (void)scratch;
    const Operand *x = op->operand;
    int64_t step = *(int64_t *)x[0].at, first = ((int64_t *)x[1].at)[0], end = ((int64_t *)x[1].at)[1];
    if (step < first || step >= end || end - first > x[2].shape[0]) return false;
    memcpy(x[3].at, x[2].at + (step - first) * x[2].stride[0], (size_t)(x[3].shape[0] * x[3].size));
    return true;
}
