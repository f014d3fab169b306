/* Preparing two small operations. check: the program ends where a number isn't finite,
   unless it is marked, in a second operand, as ignored. count: whole numbers are added. */
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
