/* A convolution's three products for one type, straight from the image: windows.h says why that works.

   Unfolding copies each number of the image once for each offset of the kernel, 25 times for a kernel of 5 x 5, and the
   product then reads that matrix from a cache further away. Here rows are read where they are. Each kernel keeps a block
   of sums in registers, so that one number loaded takes part in several multiplications. */
#include "product.h"
#include "windows.h"

/* ---- forward: z = W a, at least a floor if there is one, a stretch of columns after the other */

static bool X(convolve)(const Op *op, char *scratch)
{
    const real *floor = floor_of(op, 2);
    const vector least = all(floor ? *floor : 0);
    const Operand *w = op->operand, *x = w + 1, *z = w + op->n_operands - 1, *rest = op->n_operands - (floor != NULL) == 4 ? w + 2 : NULL;
    int n_lead = w->n_axes - 2;
    Windows in = read_windows(x, n_lead, (int)op->setting[0]);
    int64_t R = w->shape[n_lead], S = w->shape[n_lead + 1], size = sizeof(real);
    int64_t *row = (int64_t *)scratch, *place = row + in.n_rows;
    const real **at = (const real **)(place + in.n_stretches); /* where each row of this stretch begins */
    offsets(x, in.rows, in.places, row), offsets(x, in.places, in.stretch, place);
    for (int64_t k = 0; k < op->count; k++) {
        const char *from = of_member(x, n_lead, k), *below = rest ? of_member(rest, n_lead, k) : NULL;
        real *to = (real *)of_member(z, n_lead, k);
        for (int64_t i = 0; i < in.n_stretches; i++) {
            for (int64_t s = 0; s < in.n_rows; s++) at[s] = (const real *)(from + row[s] + place[i]);
            for (int64_t s = in.n_rows; s < S; s++) at[s] = (const real *)(below + (s - in.n_rows) * rest->stride[n_lead]) + i * in.length;
            const real *W = (const real *)of_member(w, n_lead, k);
            int64_t row_w = w->stride[n_lead] / size, column_w = w->stride[n_lead + 1] / size, row_z = z->stride[n_lead] / size;
            if (floor) X(rows_at_with_floor)(R, S, in.length, W, row_w, column_w, at, to + i * in.length, row_z, &least);
            else X(rows_at)(R, S, in.length, W, row_w, column_w, at, to + i * in.length, row_z);
        }
    }
    return true;
}

/* ---- to the weights: dWT = a dzᵀ, sums over all columns */

/* The rows and columns of a matrix of sums, both given by the stretches that they are made of. */
typedef struct {
    const char *from; /* a row of a: at from + row[s] + place[i] for stretch i */
    const int64_t *row, *place;
    const real *dz;
    int64_t row_dz, length;
    real *out;
    int64_t row_out, column_out;
} X(Sums);

/* n_rows by n_columns of the sums, over the stretches from `first` to `end`, in LANES running sums each; where a vector
   is narrower than that, some lanes after the others, so that all sums fit into registers: of a few stretches at a time,
   which are in the nearest cache when the other lanes have their turn. */
INLINE void X(sum_stretches)(const int n_rows, const int n_columns, const X(Sums) *all_sums, int64_t s, int64_t o, int64_t first, int64_t end)
{
    const X(Sums) m = *all_sums;
    vector lane[MOST_SUMS][PARTS];
    const int64_t few = PARTS == 1 ? end - first : NEAREST / (m.length * (int64_t)sizeof(real)) + 1; /* stretches */
    int64_t begin = first, until;
    do {
        until = end - begin < few ? end : begin + few;
        for (int p = 0; p < PARTS; p++) {
            vector sum[MOST_SUMS];
            UNROLL for (int r = 0; r < n_rows; r++)
                UNROLL for (int c = 0; c < n_columns; c++) sum[r * n_columns + c] = PARTS > 1 && begin > first ? lane[r * n_columns + c][p] : all(0);
            for (int64_t k = begin; k < until; k++) {
                const real *a[SUM_ROWS], *d = m.dz + o * m.row_dz + k * m.length + p * WIDTH;
                UNROLL for (int r = 0; r < n_rows; r++) a[r] = (const real *)(m.from + m.row[s + r] + m.place[k]) + p * WIDTH;
                int64_t i = 0;
                for (; i + LANES <= m.length; i += LANES) {
                    vector x[SUM_ROWS];
                    UNROLL for (int r = 0; r < n_rows; r++) x[r] = load(a[r] + i);
                    UNROLL for (int c = 0; c < n_columns; c++) {
                        vector b = load(d + c * m.row_dz + i);
                        UNROLL for (int r = 0; r < n_rows; r++) sum[r * n_columns + c] = fused(x[r], b, sum[r * n_columns + c]);
                    }
                }
                if (i == m.length) continue;
                mask left = *(const mask *)(X(last_lanes) + (m.length - i) + p * WIDTH);
                i = m.length - LANES; /* the last LANES numbers again, those that are in the sums already as zeros */
                UNROLL for (int c = 0; c < n_columns; c++) {
                    vector b = (vector)(left & (mask)load(d + c * m.row_dz + i));
                    UNROLL for (int r = 0; r < n_rows; r++) sum[r * n_columns + c] = fused((vector)(left & (mask)load(a[r] + i)), b, sum[r * n_columns + c]);
                }
            }
            UNROLL for (int r = 0; r < n_rows; r++)
                UNROLL for (int c = 0; c < n_columns; c++) lane[r * n_columns + c][p] = sum[r * n_columns + c];
        }
        begin = until;
    } while (PARTS > 1 && begin < end);
    real total[MOST_SUMS];
    X(sums_of_lanes)(n_rows * n_columns, lane, total);
    UNROLL for (int r = 0; r < n_rows; r++)
        UNROLL for (int c = 0; c < n_columns; c++) {
            real *to = m.out + (s + r) * m.row_out + (o + c) * m.column_out;
            *to = first ? *to + total[r * n_columns + c] : total[r * n_columns + c];
        }
}

/* All sums of S rows with R columns: some stretches at a time, so that a block of dz stays in the nearest cache. */
static void X(sums)(int64_t S, int64_t R, int64_t n_stretches, const X(Sums) *m)
{
    int64_t at_once = NEAR / (m->length * (int64_t)sizeof(real));
    if (at_once < 1) at_once = 1;
    for (int64_t first = 0, end; first < n_stretches; first = end) {
        end = n_stretches - first < at_once ? n_stretches : first + at_once;
        for (int64_t o = 0, c; o < R; o += c) {
            c = PARTS > 1 ? X(part)(R - o, SUM_COLUMNS) : R - o == 6 ? 6 : R - o >= SUM_COLUMNS ? SUM_COLUMNS : R - o >= 2 ? 2 : 1;
            const int64_t most = c == 6 ? 4 : SUM_ROWS; /* 6 columns of 4 rows: as 4 + 2, gcc would read the rows twice */
            for (int64_t s = 0, r; s < S; s += r) {
                r = S - s >= most ? most : 1;
#define KERNEL(most_rows, n_columns)                                                        \
    if (r == most_rows) X(sum_stretches)(most_rows, n_columns, m, s, o, first, end);        \
    else X(sum_stretches)(1, n_columns, m, s, o, first, end)
                if (PARTS == 1 && c == 6) { KERNEL(4, 6); }
                else if (c == SUM_COLUMNS) { KERNEL(SUM_ROWS, SUM_COLUMNS); }
                else if (PARTS > 1 && c == 3) { KERNEL(SUM_ROWS, 3); }
                else if (c == 2) { KERNEL(SUM_ROWS, 2); }
                else { KERNEL(SUM_ROWS, 1); }
#undef KERNEL
            }
        }
    }
}

static bool X(convolve_to_weights)(const Op *op, char *scratch)
{
    const Operand *x = op->operand, *out = x + op->n_operands - 1, *dz = out - 1, *rest = op->n_operands == 4 ? x + 1 : NULL;
    int n_lead = out->n_axes - 2;
    Windows in = read_windows(x, n_lead, (int)op->setting[0]);
    int64_t S = out->shape[n_lead], R = out->shape[n_lead + 1], size = sizeof(real);
    int64_t *row = (int64_t *)scratch, *place = row + S, *place_below = place + in.n_stretches;
    offsets(x, in.rows, in.places, row), offsets(x, in.places, in.stretch, place);
    for (int64_t s = in.n_rows; s < S; s++) row[s] = (s - in.n_rows) * rest->stride[n_lead];
    for (int64_t i = 0; i < in.n_stretches; i++) place_below[i] = i * in.length * size;
    for (int64_t k = 0; k < op->count; k++) {
        X(Sums) m = {of_member(x, n_lead, k), row, place, (const real *)of_member(dz, n_lead, k), dz->stride[n_lead] / size, in.length,
                     (real *)of_member(out, n_lead, k), out->stride[n_lead] / size, out->stride[n_lead + 1] / size};
        X(sums)(in.n_rows, R, in.n_stretches, &m);
        if (!rest) continue;
        m.from = of_member(rest, n_lead, k), m.row += in.n_rows, m.place = place_below, m.out += in.n_rows * m.row_out;
        X(sums)(S - in.n_rows, R, in.n_stretches, &m);
    }
    return true;
}

/* ---- to the input: dx[c, y, x] = Σ W[r, c, i, j] dz[r, v, u] over r and all i, j with y = v stride + i - before, and so for x.

   What is read together is packed together first: dz as (v, u, r, samples), some samples at a time, and W as (i, j, r, c)
   with j from the last to the first, as windows further on meet a place at an offset further back. So where the stride is 1
   all windows in a row that meet a place are one run of dz, and one of W. Read where it lies, images of 2^k numbers would
   meet in the same few lines of the cache. */

/* Rows of W, and of dz, that follow each other. */
typedef struct {
    const real *w, *dz;
    int64_t n;
} X(Run);

/* dx at one place, for n_rows channels and n_vectors vectors of samples. */
INLINE void X(add_runs)(const int n_rows, const int n_vectors, int64_t n_runs, const X(Run) *run, int64_t C, real *out, int64_t row_out)
{
    vector sum[TAP_ROWS][TAP_VECTORS];
    UNROLL for (int c = 0; c < n_rows; c++)
        UNROLL for (int v = 0; v < n_vectors; v++) sum[c][v] = all(0);
    for (int64_t t = 0; t < n_runs; t++) {
        const real *w = run[t].w, *dz = run[t].dz;
        for (int64_t k = run[t].n; k > 0; k--, w += C, dz += n_vectors * WIDTH) {
            vector d[TAP_VECTORS];
            UNROLL for (int v = 0; v < n_vectors; v++) d[v] = load(dz + v * WIDTH);
            UNROLL for (int c = 0; c < n_rows; c++) {
                vector a = all(w[c]);
                UNROLL for (int v = 0; v < n_vectors; v++) sum[c][v] = fused(a, d[v], sum[c][v]);
            }
        }
    }
    UNROLL for (int c = 0; c < n_rows; c++)
        UNROLL for (int v = 0; v < n_vectors; v++) store(out + c * row_out + v * WIDTH, sum[c][v]);
}

/* dx at one place, for all channels. */
static void X(add_channels)(int n_vectors, int64_t n_runs, X(Run) *run, int64_t C, real *out, int64_t row_out)
{
    for (int64_t c = 0, m; c < C; c += m) {
#define KERNEL(n_rows)                                                                                            \
    m = n_rows;                                                                                                   \
    if (n_vectors == TAP_VECTORS) X(add_runs)(n_rows, TAP_VECTORS, n_runs, run, C, out + c * row_out, row_out);   \
    else if (n_vectors == 2) X(add_runs)(n_rows, 2, n_runs, run, C, out + c * row_out, row_out);                  \
    else X(add_runs)(n_rows, 1, n_runs, run, C, out + c * row_out, row_out)
        if (C - c >= TAP_ROWS) { KERNEL(TAP_ROWS); }
        else if (C - c >= 2) { KERNEL(2); }
        else { KERNEL(1); }
#undef KERNEL
        for (int64_t t = 0; t < n_runs; t++) run[t].w += m;
    }
}

/* W, with rows for (i, j, r) and a column for each channel; `offset` of its (c, i, j). */
static void X(pack_weights)(const ImageAxes *axes, int64_t R, const char *w, int64_t step_r, const int64_t *offset, real *to)
{
    int64_t taps = axes->down.kernel * axes->across.kernel;
    for (int64_t i = 0; i < axes->down.kernel; i++)
        for (int64_t j = axes->across.kernel - 1; j >= 0; j--)
            for (int64_t r = 0; r < R; r++)
                for (int64_t c = 0; c < axes->channels; c++)
                    *to++ = *(const real *)(w + offset[c * taps + i * axes->across.kernel + j] + r * step_r);
}

/* dz of m samples from `start` on, with rows for (v, u, r). */
static void X(pack_dz)(const ImageAxes *axes, int64_t R, const char *dz, int64_t step_r, int64_t start, int64_t m, real *to)
{
    for (int64_t v = 0; v < axes->down.windows; v++)
        for (int64_t u = 0; u < axes->across.windows; u++)
            for (int64_t r = 0; r < R; r++, to += m) {
                const real *row = (const real *)(dz + v * axes->down.step_dz + u * axes->across.step_dz + r * step_r) + start;
                for (int64_t j = 0; j < m; j += WIDTH) store(to + j, load(row + j));
            }
}

static bool X(convolve_to_input)(const Op *op, char *scratch)
{
    const Operand *w = op->operand, *dz = w + 1, *dx = w + 2;
    const ImageAxes axes = read_image(op);
    const ImageAxis down = axes.down, across = axes.across;
    const int n_lead = axes.n_lead, last = dx->n_axes - 1;
    int64_t C = axes.channels, R = dz->shape[n_lead], n = dx->shape[last], taps = down.kernel * across.kernel, size = sizeof(real);
    const int64_t at_once = n < TAP_VECTORS * WIDTH ? n : TAP_VECTORS * WIDTH; /* samples */
    Span *over = (Span *)scratch; /* the windows that meet each column */
    int64_t *offset = (int64_t *)(over + across.length);
    X(Run) *run = (X(Run) *)(offset + taps * C);
    real *D = cache_line(run + taps), *W = D + down.windows * across.windows * R * at_once;
    offsets(w, n_lead, last, offset);
    for (int64_t x = 0; x < across.length; x++) over[x] = meeting(&across, x);
    for (int64_t k = 0; k < op->count; k++) {
        char *to = of_member(dx, n_lead, k);
        X(pack_weights)(&axes, R, of_member(w, n_lead, k), w->stride[last], offset, W);
        for (int64_t start = 0, m; start < n; start += m) {
            int n_vectors = n - start >= TAP_VECTORS * WIDTH ? TAP_VECTORS : n - start >= 2 * WIDTH ? 2 : 1;
            m = n_vectors * WIDTH;
            if (start + m > n) start = n - m; /* the last samples overlap those before them */
            X(pack_dz)(&axes, R, of_member(dz, n_lead, k), dz->stride[n_lead], start, m, D);
            for (int64_t y = 0; y < down.length; y++) {
                const Span rows = meeting(&down, y);
                for (int64_t x = 0; x < across.length; x++) {
                    int64_t n_runs = 0;
                    int64_t in_a_run = across.stride == 1 ? over[x].end - over[x].first : 1; /* windows */
                    for (int64_t v = rows.first; v < rows.end; v++)
                        for (int64_t u = over[x].first; u < over[x].end; u += in_a_run) {
                            int64_t i = y + down.before - v * down.stride, j = x + across.before - u * across.stride;
                            run[n_runs++] = (X(Run)){W + (i * across.kernel + across.kernel - 1 - j) * R * C, D + (v * across.windows + u) * R * m, in_a_run * R};
                        }
                    real *out = (real *)(to + y * down.step_x + x * across.step_x) + start;
                    X(add_channels)(n_vectors, n_runs, run, C, out, dx->stride[n_lead] / size);
                }
            }
        }
    }
    return true;
}
