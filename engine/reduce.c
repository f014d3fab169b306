/* Preparing a reduction: out, with length 1 along the axes that are reduced, is the sum or the extremum of x along them.

   Settings: 0 for the sum, 1 for the maximum, 2 for the minimum. */
#include "axes.h"
#include "reduction.h"

const char *prepare_reduction(Op *op)
{
    Operand *x = op->operand, *out = x + 1;
    if (op->n_operands != 2 || op->n_settings != 1 || op->setting[0] < BY_SUM || op->setting[0] > BY_MINIMUM)
        return "takes x and out, and which reduction";
    if (op->type == 'q' || x->type != op->type || out->type != op->type) return "takes real numbers alone";
    if (!out->writable) return "what is written is read-only";
    if (!broadcast(op)) return "the shapes don't go together";
    for (int axis = 0; axis < op->n_axes; axis++)
        if (x->shape[axis] != op->shape[axis]) return "what is written is larger than what is read";
    op->work = space(op);
    join_axes(op, x);
    op->way = (int)op->setting[0];
    return NULL;
}
