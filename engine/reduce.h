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

INLINE void X(reduce)(const int way, const Op *op)
{
    const Operand *x = op->operand, *out = x + 1;
    int inner = op->n_axes - 1;
    int64_t n = op->shape[inner];
    for (int64_t start = 0; start < op->work; start += n) {
        const char *at = address(op, x, start);
        char *to = address(op, out, start);
        bool first = true; /* whether nothing has been written there */
        int64_t left = start / n;
        for (int axis = inner - 1; axis >= 0; left /= op->shape[axis--])
            if (out->stride[axis] == 0 && left % op->shape[axis]) first = false;
        if (out->stride[inner] == 0) {
            real result = X(reduce_row)(way, n, at, x->stride[inner]);
            *(real *)to = first ? result : X(joined_one)(way, *(real *)to, result);
        } else if (first) {
            for (int64_t i = 0; i < n; i++) *(real *)(to + i * out->stride[inner]) = *(const real *)(at + i * x->stride[inner]);
        } else X(join_row)(way, n, at, x->stride[inner], to, out->stride[inner]);
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
