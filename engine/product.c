/* Preparing a product C = A B of matrices (..., R, S) (..., S, N) -> (..., R, N), whose leading axes are broadcast.

   With a floor, a number, and the setting 1, it is C = max(A B, floor), as of a layer and its ReLU.

   Two kernels do all of it. `rows` wants the rows of B and of C contiguous, and adds up rows of B. `dots` wants the rows
   of A and the columns of B contiguous, and adds up along them. What lies otherwise is packed first. */
#include "axes.h"
#include "product.h"

static bool lie_in_a_row(const Operand *x, int axis) { return x->shape[axis] == 1 || x->stride[axis] == x->size; }

const char *prepare_product(Op *op)
{
    const bool has_floor = op->n_settings == 1 && op->setting[0] == 1;
    if (op->n_operands != 3 + has_floor || (op->n_settings && !has_floor)) return "takes A, B and C, or a floor before C";
    Operand *a = op->operand, *b = a + 1, *c = a + op->n_operands - 1;
    if (has_floor && (c[-1].n_axes || c[-1].type != op->type)) return "takes one real number as a floor";
    if (op->type == 'q' || a->type != op->type || b->type != op->type || c->type != op->type) return "takes real numbers alone";
    if (!c->writable) return "what is written is read-only";
    Operand *each[] = {a, b, c};
    int64_t shape[3][2], stride[3][2]; /* of the matrices, which are taken out while the other axes are broadcast */
    for (int k = 0; k < 3; k++) {
        Operand *x = each[k];
        if (x->n_axes < 2) return "takes matrices";
        for (int i = 0; i < 2; i++) {
            int axis = x->n_axes - 2 + i;
            shape[k][i] = x->shape[axis], stride[k][i] = x->stride[axis];
            x->shape[axis] = 1;
        }
    }
    if (shape[0][0] != shape[2][0] || shape[0][1] != shape[1][0] || shape[1][1] != shape[2][1] || !broadcast(op))
        return "the shapes don't go together";
    int rows = op->n_axes - 2, columns = op->n_axes - 1;
    for (int axis = 0; axis < rows; axis++)
        if (c->shape[axis] != op->shape[axis]) return "what is written is smaller than what is read";
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < 2; i++) each[k]->shape[rows + i] = shape[k][i], each[k]->stride[rows + i] = stride[k][i];

    /* Cᵀ = Bᵀ Aᵀ, where that is the way C lies, or where B is one column */
    bool turned = shape[1][1] == 1 || (!lie_in_a_row(c, columns) && lie_in_a_row(c, rows));
    if (turned) {
        Operand t = *a;
        *a = *b, *b = t;
        for (int k = 0; k < 3; k++) {
            int64_t *n = each[k]->shape + rows, *s = each[k]->stride + rows, length = n[0], step = s[0];
            n[0] = n[1], n[1] = length, s[0] = s[1], s[1] = step;
        }
    }
    int64_t R = a->shape[rows], S = a->shape[columns], N = b->shape[columns];
    bool can_add_rows = lie_in_a_row(b, columns) && N > 1, can_dot = lie_in_a_row(a, columns) && lie_in_a_row(b, rows);
    bool dots_pay = R == 1 || N == 1 || (S >= 64 && R * N <= 64) || S >= 512; /* else B is turned by packing it */
    op->shape[rows] = op->shape[columns] = 1;
    op->count = space(op);
    op->way = can_dot && dots_pay && !can_add_rows ? BY_DOTS : BY_ROWS;
    op->packs_b = op->way == BY_ROWS && (!can_add_rows || N < 64 / b->size);
    op->packs_c = op->way == BY_ROWS && (!lie_in_a_row(c, columns) || N < 64 / c->size);
    /* One column beyond whole vectors, as of a bias below weights, would take as long as a vector of columns. */
    op->number[LAST_APART] = op->packs_b && !op->packs_c && can_dot && N % (64 / b->size) == 1;
    op->scratch = (op->packs_b * S + op->packs_c * R) * padded(N, b->size) * b->size;
    op->work = op->count * (R * S * N / 8 + 1);
    return NULL;
}
