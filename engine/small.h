/* The check for numbers that aren't finite, which ends the program, and the count of steps. */
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
