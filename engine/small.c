/* Preparing three small operations. check: the program ends where a number isn't finite,
   unless it is marked, in a second operand, as ignored. count: whole numbers are added.
   tabled: the numbers of a step are copied from their row of a table, if it has one. */
#include "axes.h"

const char *prepare_check(Op *op)
{
    if (op->n_operands != 2 || op->n_settings || !is_real(op->operand) || op->operand[1].type != '?')
        return "takes real numbers, and bools";
    if (!broadcast(op)) return "the shapes don't go together";
    op->work = space(op);
    join_axes(op, op->operand);
    return NULL;
}

const char *prepare_count(Op *op)
{
    const Operand *x = op->operand;
    if (op->n_operands != 2 || op->n_settings || x[0].type != 'q' || x[1].type != 'q') return "takes two whole numbers";
    if (x[0].n_axes || x[1].n_axes) return "takes single numbers";
    return x[0].writable ? NULL : "what is written is read-only";
}

static bool lies_in_a_row(const Operand *x)
{
    int64_t step = x->size;
    for (int axis = x->n_axes - 1; axis >= 0; step *= x->shape[axis--])
        if (x->stride[axis] != step) return false;
    return true;
}

const char *prepare_tabled(Op *op)
{
    const Operand *step = op->operand, *ends = step + 1, *rows = step + 2, *out = step + 3;
    if (op->n_operands != 4 || op->n_settings) return "takes a step, the steps from and to, a table, and out";
    if (step->type != 'q' || step->n_axes || ends->type != 'q' || ends->n_axes != 1 || ends->shape[0] != 2)
        return "takes whole numbers as steps";
    if (rows->n_axes != 2 || out->n_axes != 1 || rows->shape[1] != out->shape[0]) return "the shapes don't go together";
    if (!is_real(rows) || rows->type != out->type) return "takes real numbers of one type";
    if (!lies_in_a_row(ends) || !lies_in_a_row(rows) || !lies_in_a_row(out)) return "takes numbers that lie in a row";
    return out->writable ? NULL : "what is written is read-only";
}
