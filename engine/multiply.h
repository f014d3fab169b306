/* Products of matrices for one type: two kernels, each for as many rows and columns at once as there are registers. */
#include "product.h"

/* Σ a[r, s] b[s, :] for n_rows rows of A and n_vectors vectors of columns. Sums are taken in the order of s; where
   has_floor, results are *floor at least, which is read behind the loop: in it there is no register left. The rows of B
   lie row_b apart, or, if `at` is given, each where it says; then B is ignored, and j columns are skipped. */
INLINE void X(add_rows)(const int n_rows, const int n_vectors, int64_t S, const real *A, int64_t row_a, int64_t column_a,
                        const real *B, int64_t row_b, const real *const *at, int64_t j, real *C, int64_t row_c, const bool has_floor, const vector *floor)
{
    vector sum[8][VECTORS_AT_ONCE];
    UNROLL for (int r = 0; r < n_rows; r++)
        UNROLL for (int v = 0; v < n_vectors; v++) sum[r][v] = all(0);
    const real *lower = A, *upper = n_rows > 4 ? A + 4 * row_a : A; /* seven distances from A would take too many registers */
    for (int64_t s = 0; s < S; s++, lower += column_a, upper += column_a) {
        vector b[VECTORS_AT_ONCE];
        /* as numbers: of pointers gcc would keep j and each vector's place behind it as sums of their own */
        const real *row = at ? (const real *)((uintptr_t)at[s] + (uintptr_t)j * sizeof(real)) : B + s * row_b + j;
        UNROLL for (int v = 0; v < n_vectors; v++) b[v] = load(row + v * WIDTH);
        UNROLL for (int r = 0; r < n_rows; r++) {
            vector a = all(r < 4 ? lower[r * row_a] : upper[(r - 4) * row_a]);
            UNROLL for (int v = 0; v < n_vectors; v++) sum[r][v] = fused(a, b[v], sum[r][v]);
        }
    }
    const vector least = has_floor ? *floor : all(0);
    UNROLL for (int r = 0; r < n_rows; r++)
        UNROLL for (int v = 0; v < n_vectors; v++) {
            vector result = has_floor ? select(least > sum[r][v], least, sum[r][v]) : sum[r][v]; /* NaN stays */
            store(C + r * row_c + v * WIDTH, result);
        }
}

/* The next of as few parts of at most `most` as cover what is left, about equal. */
INLINE int X(part)(int64_t left, int most)
{
    if (left <= most) return (int)left;
    int64_t parts = (left + most - 1) / most;
    return (int)((left + parts - 1) / parts);
}

/* C = A B with contiguous rows of B and C, N >= WIDTH. The last vector of columns may overlap the one before it. */
INLINE void X(all_rows)(int64_t R, int64_t S, int64_t N, const real *A, int64_t row_a, int64_t column_a, const real *B, int64_t row_b,
                        const real *const *at, real *C, int64_t row_c, const bool has_floor, const vector *floor)
{
    for (int64_t j = 0, n; j < N; j += n * WIDTH) {
        n = (N - j) / WIDTH < VECTORS_AT_ONCE ? (N - j) / WIDTH : VECTORS_AT_ONCE;
        if (n == 0) n = 1, j = N - WIDTH;
        for (int64_t r = 0, m; r < R; r += m) {
            m = X(part)(R - r, ROWS_AT_ONCE);
#define KERNEL(n_rows, n_vectors) \
    X(add_rows)(n_rows, n_vectors, S, A + r * row_a, row_a, column_a, B, row_b, at, j, C + r * row_c + j, row_c, has_floor, floor)
#define CASE(n_rows)                                           \
    case n_rows <= ROWS_AT_ONCE ? n_rows : -n_rows:            \
        if (n_rows > ROWS_AT_ONCE) break;                      \
        if (n == VECTORS_AT_ONCE) KERNEL(n_rows, VECTORS_AT_ONCE); \
        else if (n == 2) KERNEL(n_rows, 2);                    \
        else KERNEL(n_rows, 1);                                \
        break;
            switch (m) { CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) }
#undef CASE
#undef KERNEL
        }
    }
    for (int64_t r = 0; has_floor && (*floor)[0] != (*floor)[0] && r < R; r++)
        for (int64_t j = 0; j < N; j++) C[r * row_c + j] = (*floor)[0];
}

static void X(rows)(int64_t R, int64_t S, int64_t N, const real *A, int64_t row_a, int64_t column_a, const real *B, int64_t row_b,
                    real *C, int64_t row_c)
{
    X(all_rows)(R, S, N, A, row_a, column_a, B, row_b, NULL, C, row_c, false, NULL);
}

static void X(rows_with_floor)(int64_t R, int64_t S, int64_t N, const real *A, int64_t row_a, int64_t column_a, const real *B, int64_t row_b,
                               real *C, int64_t row_c, const vector *floor)
{
    X(all_rows)(R, S, N, A, row_a, column_a, B, row_b, NULL, C, row_c, true, floor);
}

/* The same, where row s of B begins at at[s]. No operand is empty: if there might be no row, gcc would copy all sums. */
static void X(rows_at)(int64_t R, int64_t S, int64_t N, const real *A, int64_t row_a, int64_t column_a, const real *const *at, real *C,
                       int64_t row_c)
{
    if (S < 1) __builtin_unreachable();
    X(all_rows)(R, S, N, A, row_a, column_a, NULL, 0, at, C, row_c, false, NULL);
}

static void X(rows_at_with_floor)(int64_t R, int64_t S, int64_t N, const real *A, int64_t row_a, int64_t column_a, const real *const *at,
                                  real *C, int64_t row_c, const vector *floor)
{
    if (S < 1) __builtin_unreachable();
    X(all_rows)(R, S, N, A, row_a, column_a, NULL, 0, at, C, row_c, true, floor);
}

/* Σ a[r, i] b[i, c] over n contiguous numbers, for n_rows rows and n_columns columns; added to C, or put there. */
INLINE void X(dot)(const int n_rows, const int n_columns, int64_t n, const real *A, int64_t row_a, const real *B, int64_t column_b,
                   real *C, int64_t row_c, int64_t column_c, bool add)
{
    vector sum[4 * 4][PARTS];
    UNROLL for (int k = 0; k < n_rows * n_columns; k++)
        UNROLL for (int p = 0; p < PARTS; p++) sum[k][p] = all(0);
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        UNROLL for (int p = 0; p < PARTS; p++) {
            vector b[4];
            UNROLL for (int c = 0; c < n_columns; c++) b[c] = load(B + c * column_b + i + p * WIDTH);
            UNROLL for (int r = 0; r < n_rows; r++) {
                vector a = load(A + r * row_a + i + p * WIDTH);
                UNROLL for (int c = 0; c < n_columns; c++) sum[r * n_columns + c][p] = fused(a, b[c], sum[r * n_columns + c][p]);
            }
        }
    if (i < n && n >= LANES) /* the last LANES numbers again, those that are in the sums already as zeros */
        UNROLL for (int p = 0; p < PARTS; p++) {
            mask rest = *(const mask *)(X(last_lanes) + (n - i) + p * WIDTH);
            vector b[4];
            UNROLL for (int c = 0; c < n_columns; c++) b[c] = (vector)(rest & (mask)load(B + c * column_b + n - LANES + p * WIDTH));
            UNROLL for (int r = 0; r < n_rows; r++) {
                vector a = (vector)(rest & (mask)load(A + r * row_a + n - LANES + p * WIDTH));
                UNROLL for (int c = 0; c < n_columns; c++) sum[r * n_columns + c][p] = fused(a, b[c], sum[r * n_columns + c][p]);
            }
        }
    real total[MOST_SUMS];
    X(sums_of_lanes)(n_rows * n_columns, sum, total);
    UNROLL for (int r = 0; r < n_rows; r++)
        UNROLL for (int c = 0; c < n_columns; c++) {
            real s = total[r * n_columns + c], *to = C + r * row_c + c * column_c;
            if (n < LANES) for (int64_t k = 0; k < n; k++) s = fused_one(A[r * row_a + k], B[c * column_b + k], s);
            *to = add ? *to + s : s;
        }
}

/* C = A B with contiguous rows of A and columns of B, a stretch of them at a time. */
static void X(dots)(int64_t R, int64_t S, int64_t N, const real *A, int64_t row_a, const real *B, int64_t column_b, real *C,
                    int64_t row_c, int64_t column_c)
{
    for (int64_t i = 0; i < S; i += STRETCH) {
        int64_t n = S - i < STRETCH ? S - i : STRETCH;
        for (int64_t r = 0, m; r < R; r += m) {
            m = R - r < DOT_ROWS ? R - r : DOT_ROWS;
            for (int64_t c = 0, k; c < N; c += k) {
                k = N - c < DOT_COLUMNS ? N - c : DOT_COLUMNS;
#define CASE(n_rows, n_columns)                                                                            \
    case n_rows <= DOT_ROWS && n_columns <= DOT_COLUMNS ? n_rows * 8 + n_columns : -n_rows * 8 - n_columns: \
        if (n_rows > DOT_ROWS || n_columns > DOT_COLUMNS) break;                                           \
        X(dot)(n_rows, n_columns, n, A + r * row_a + i, row_a, B + c * column_b + i, column_b,             \
               C + r * row_c + c * column_c, row_c, column_c, i > 0);                                      \
        break;
#define CASES(n_rows) CASE(n_rows, 1) CASE(n_rows, 2) CASE(n_rows, 3) CASE(n_rows, 4)
                switch (m * 8 + k) { CASES(1) CASES(2) CASES(3) CASES(4) }
#undef CASES
#undef CASE
            }
        }
    }
}

/* The same where B is one column, of a stretch at most: its sums, of more rows at once, are added up together. */
static void X(dots_with)(int64_t R, int64_t S, const real *A, int64_t row_a, const real *b, real *C, int64_t row_c)
{
    int64_t r = 0;
    for (; r + COLUMN_ROWS <= R; r += COLUMN_ROWS)
        X(dot)(COLUMN_ROWS, 1, S, A + r * row_a, row_a, b, 0, C + r * row_c, row_c, 1, false);
    X(dots)(R - r, S, 1, A + r * row_a, row_a, b, 0, C + r * row_c, row_c, 1);
}

/* A matrix that lies in any way, written row by row. */
static void X(pack)(int64_t rows, int64_t columns, const real *from, int64_t row, int64_t column, real *to, int64_t row_to)
{
    if (row == 1 && rows >= WIDTH && columns >= WIDTH) {
        X(turn_matrix)(rows, columns, from, column, to, row_to);
        return;
    }
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < columns; c++) to[r * row_to + c] = from[r * row + c * column];
}

/* Numbers below the floor become it. */
static void X(raise)(int64_t R, int64_t N, real *C, int64_t row, int64_t column, real floor)
{
    for (int64_t r = 0; r < R; r++)
        for (int64_t j = 0; j < N; j++) {
            real *to = C + r * row + j * column;
            *to = *to >= floor || *to != *to ? *to : floor;
        }
}

static bool X(product)(const Op *op, char *scratch)
{
    int n_lead = op->n_axes - 2;
    const Operand *a = op->operand, *b = a + 1, *c = a + op->n_operands - 1;
    const real *floor = floor_of(op, 1);
#define OF(x, axis) (x->stride[n_lead + axis] / (int64_t)sizeof(real))
    int64_t R = a->shape[n_lead], S = a->shape[n_lead + 1], N = b->shape[n_lead + 1], wide = padded(N, sizeof(real));
    for (int64_t k = 0; k < op->count; k++) {
        const real *A = (real *)address(op, a, k), *B = (real *)address(op, b, k);
        real *C = (real *)address(op, c, k);
        if (op->way == BY_DOTS) {
            if (R == 1 && N >= COLUMN_ROWS && S <= STRETCH) X(dots_with)(N, S, B, OF(b, 1), A, C, OF(c, 1));
            else X(dots)(R, S, N, A, OF(a, 0), B, OF(b, 1), C, OF(c, 0), OF(c, 1));
            if (floor) X(raise)(R, N, C, OF(c, 0), OF(c, 1), *floor);
            continue;
        }
        real *packed = (real *)scratch, *result = op->packs_c ? packed + op->packs_b * S * wide : C;
        int64_t row_b = op->packs_b ? wide : OF(b, 0), row_c = op->packs_c ? wide : OF(c, 0);
        int64_t columns = op->packs_b && op->packs_c && N < WIDTH ? WIDTH : N - op->number[LAST_APART];
        if (op->number[LAST_APART]) {
            X(dots_with)(R, S, A, OF(a, 0), B + columns * OF(b, 1), C + columns, row_c);
            if (floor) X(raise)(R, 1, C + columns, row_c, 1, *floor);
        }
        if (op->packs_b) X(pack)(S, N - op->number[LAST_APART], B, OF(b, 0), OF(b, 1), packed, wide);
        if (op->packs_b) B = packed;
        if (floor) {
            const vector least = all(*floor);
            X(rows_with_floor)(R, S, columns, A, OF(a, 0), OF(a, 1), B, row_b, result, row_c, &least);
        } else X(rows)(R, S, columns, A, OF(a, 0), OF(a, 1), B, row_b, result, row_c);
        for (int64_t r = 0; op->packs_c && r < R; r++)
            for (int64_t j = 0; j < N; j++) C[r * OF(c, 0) + j * OF(c, 1)] = result[r * wide + j];
    }
#undef OF
    return true;
}
