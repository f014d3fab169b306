/* Preparing a take: out is made of the entries of x along one axis that an index names, clipped to what there is.

   Setting: the axis. Operands: x (..., N, ...), index (n,), out (..., n, ...). */
#include "axes.h"
#include "take_numbers.h"

const char *prepare_take(Op *op)
{
    Operand *x = op->operand, *index = x + 1, *out = x + 2;
    if (op->n_operands != 3 || op->n_settings != 1) return "takes x, an index and out, and an axis";
    int64_t axis = op->setting[0];
    if (axis < 0 || axis >= x->n_axes || x->n_axes != out->n_axes) return "the shapes don't go together";
    if (index->type != 'q' || index->n_axes != 1) return "takes whole numbers in a row as the index";
    if (x->type != out->type) return "takes x and out of one type";
    if (!out->writable) return "what is written is read-only";
    if (out->shape[axis] != index->shape[0]) return "the shapes don't go together";
    op->number[ENTRIES] = x->shape[axis], op->number[TAKEN] = index->shape[0];
    op->number[STEP_X] = x->stride[axis], op->number[STEP_INDEX] = index->stride[0], op->number[STEP_OUT] = out->stride[axis];
    x->shape[axis] = out->shape[axis] = 1, index->n_axes = 0;
    if (!broadcast(op)) return "the shapes don't go together";
    for (int i = 0; i < op->n_axes; i++)
        if (x->shape[i] != out->shape[i]) return "the shapes don't go together";
    op->work = space(op); /* of one entry */
    join_axes(op, out);
    return NULL;
}
