/* The check for numbers that aren't finite, which ends the program; the count of steps; a step's row of a table. */
#include <string.h>

static bool X(check)(const Op *op, char *scratch)
{
    (void)scratch;
    for (int64_t i = 0; i < op->work; i++) {
        real x = *(const real *)address(op, op->operand, i);
        if (x - x != 0 && !*address(op, op->operand + 1, i)) return false;
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
