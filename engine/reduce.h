/* Reductions for one type: the sum, the maximum or the minimum along axes. NaN stays NaN. */
#include "reduction.h"

/* With a constant `way` this is one instruction or three. */
INLINE vector X(joined)(const int way, vector x, vector y)
{
    if (way == BY_SUM) return x + y;
    return way == BY_MAXIMUM ? choose((x >= y) | (x != x), x, y) : choose((x <= y) | (x != x), x, y);
}
INLINE real X(joined_one)(const int way, real x, real y)
{
    return way == BY_SUM ? x + y : (way == BY_MAXIMUM ? x >= y : x <= y) || x != x ? x : y;
}

/* All of a row, in LANES running results, then what is left. */
INLINE real X(reduce_row)(const int way, int64_t n, const char *at, int64_t stride)
{
    real result;
    int64_t i = 1;
    if (stride != sizeof(real) || n < LANES) result = *(const real *)at;
    else {
        vector part[PARTS];
        const real *row = (const real *)at;
        real lane[LANES];
        UNROLL for (int p = 0; p < PARTS; p++) part[p] = load(row + p * WIDTH);
        for (i = LANES; i + LANES <= n; i += LANES)
            UNROLL for (int p = 0; p < PARTS; p++) part[p] = X(joined)(way, part[p], load(row + i + p * WIDTH));
        for (int p = 0; p < PARTS; p++) store(lane + p * WIDTH, part[p]);
        for (int half = LANES / 2; half; half /= 2)
            for (int k = 0; k < half; k++) lane[k] = X(joined_one)(way, lane[k], lane[k + half]);
        result = lane[0];
    }
    for (; i < n; i++) result = X(joined_one)(way, result, *(const real *)(at + i * stride));
    return result;
}

/* A row joined to a row of results; n numbers each. */
INLINE void X(join_row)(const int way, int64_t n, const char *at, int64_t stride, char *out, int64_t stride_out)
{
    int64_t i = 0;
    if (stride == sizeof(real) && stride_out == sizeof(real))
        for (; i + WIDTH <= n; i += WIDTH) {
            real *to = (real *)out + i;
            store(to, X(joined)(way, load(to), load((const real *)at + i)));
        }
    for (; i < n; i++) {
        real *to = (real *)(out + i * stride_out);
        *to = X(joined_one)(way, *to, *(const real *)(at + i * stride));
    }
}

/* All rows that are joined, in registers; n >= WIDTH numbers each, which lie in a row. */
INLINE void X(join_rows)(const int way, int64_t rows, int64_t n, const char *at, int64_t next, real *to)
{
    for (int64_t i = 0; i < n; i += WIDTH) {
        if (i + WIDTH > n) i = n - WIDTH; /* again what the last vector shares with the one before */
        vector result = load((const real *)at + i);
        for (int64_t k = 1; k < rows; k++) result = X(joined)(way, result, load((const real *)(at + k * next) + i));
        store(to + i, result);
    }
}

INLINE void X(reduce)(const int way, const Op *op)
{
    enum { AT_ONCE = 16384 }; /* bytes of rows that are joined at once: they stay in the nearest cache */
    const Operand *x = op->operand, *out = x + 1;
    const int inner = op->n_axes - 1;
    const int64_t n = op->shape[inner], step = x->stride[inner], step_out = out->stride[inner];
    bool at_once = inner && n >= WIDTH && step == sizeof(real) && step_out == sizeof(real) && out->stride[inner - 1] == 0
                   && op->shape[inner - 1] * x->stride[inner - 1] <= AT_ONCE;
    for (int axis = 0; axis < inner - 1; axis++) at_once &= out->stride[axis] != 0;
    const int n_walked = inner - at_once; /* axes that are walked here */
    int64_t index[MOST_AXES] = {0};
    const char *at = x->at;
    char *to = out->at;
    for (int axis = op->work ? 0 : -1; axis >= 0;) {
        bool first = true; /* whether nothing has been written there */
        for (axis = 0; axis < n_walked; axis++) first &= out->stride[axis] != 0 || index[axis] == 0;
        if (at_once) X(join_rows)(way, op->shape[n_walked], n, at, x->stride[n_walked], (real *)to);
        else if (step_out == 0) {
            real result = X(reduce_row)(way, n, at, step);
            *(real *)to = first ? result : X(joined_one)(way, *(real *)to, result);
        } else if (!first) X(join_row)(way, n, at, step, to, step_out);
        else if (step == sizeof(real) && step_out == sizeof(real)) memcpy(to, at, n * sizeof(real));
        else for (int64_t i = 0; i < n; i++) *(real *)(to + i * step_out) = *(const real *)(at + i * step);
        for (axis = n_walked - 1; axis >= 0; axis--) { /* to the next row */
            at += x->stride[axis], to += out->stride[axis];
            if (++index[axis] < op->shape[axis]) break;
            at -= index[axis] * x->stride[axis], to -= index[axis] * out->stride[axis], index[axis] = 0;
        }
    }
}

static bool X(reduction)(const Op *op, char *scratch)
{
    (void)scratch;
    if (op->way == BY_SUM) X(reduce)(BY_SUM, op);
    else if (op->way == BY_MAXIMUM) X(reduce)(BY_MAXIMUM, op);
    else X(reduce)(BY_MINIMUM, op);
    return true;
}
