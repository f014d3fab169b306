/* Preparing a convolution's three products, whose columns are never made.

   convolve              z = W a            W (..., R, S); windows; z (..., R, N)
   convolve_to_weights   dWT = a dzᵀ        windows; dz (..., R, N); dWT (..., S, R)
   convolve_to_input     dx = fold(WT dz)   WT (..., C, kernel..., R); dz (..., R, places..., n); dx (..., C, image..., n)

   a (..., S, N) is what the windows would be as columns; behind them an operand may give rows of a below the windows, such
   as a row of ones. `...` is at most one axis, of members. The setting of the first two is how many axes of the windows
   are rows of a; behind it, 1 says that in front of z there is a number, z's floor. Settings of the last are, for each axis
   of the image, the stride and the padding before it. */
#include "product.h"
#include "windows.h"

enum { FEWEST_BYTES = 64 }; /* of a stretch: the widest vector */

static const char *check(const Op *op, int n_operands)
{
    if (n_operands < 3 || n_operands > 4) return "takes three operands, or four";
    for (int k = 0; k < op->n_operands; k++)
        if (op->operand[k].type != op->type || op->type == 'q') return "takes real numbers alone";
    return NULL;
}

/* Whether an operand has as many members as there are, or one for all. */
static bool has_lead(const Op *op, const Operand *x, int n_lead)
{
    return !n_lead || x->shape[0] == 1 || x->shape[0] == op->count;
}

static bool is_matrix(const Operand *x, int n_lead, int64_t rows, int64_t columns)
{
    return x->n_axes == n_lead + 2 && x->shape[n_lead] == rows && x->shape[n_lead + 1] == columns;
}

static bool ends_in_a_row(const Operand *x) { return x->stride[x->n_axes - 1] == x->size; }

/* The first two, of so many operands and perhaps a floor: `out` is written; `in` are the columns of z or dz. */
static const char *prepare_windows(Op *op, int n_operands, const Operand *windows, const Operand *in, const Operand *matrix, const Operand *out)
{
    const char *wrong = check(op, n_operands);
    if (wrong) return wrong;
    const Operand *rest = n_operands == 4 ? windows + 1 : NULL;
    int n_lead = matrix->n_axes - 2, n_row_axes = op->n_settings ? (int)op->setting[0] : 0;
    if (n_lead < 0 || n_lead > 1 || n_row_axes < 1 || n_lead + n_row_axes >= windows->n_axes) return "the settings are no axes of windows";
    Windows w = read_windows(windows, n_lead, n_row_axes);
    int64_t N = w.n_stretches * w.length, below = rest ? rest->shape[rest->n_axes - 2] : 0, S = w.n_rows + below;
    if (in->n_axes != n_lead + 2) return "the shapes don't go together";
    int64_t R = in->shape[n_lead];
    bool turned = matrix == out; /* (S, R), not (R, S) */
    if (!is_matrix(in, n_lead, R, N) || !is_matrix(matrix, n_lead, turned ? S : R, turned ? R : S)
        || (rest && !is_matrix(rest, n_lead, below, N))) return "the shapes don't go together";
    op->count = n_lead ? out->shape[0] : 1;
    for (int k = 0; k < op->n_operands; k++) {
        const Operand *x = op->operand + k;
        bool is_floor = k >= n_operands - 1 && x != out;
        if (is_floor ? x->n_axes : !has_lead(op, x, n_lead)) return "the shapes don't go together";
    }
    if (!out->writable) return "what is written is read-only";
    if (w.length * windows->size < FEWEST_BYTES || !ends_in_a_row(windows) || !ends_in_a_row(in) || (rest && !ends_in_a_row(rest)))
        return "columns don't lie in stretches";
    op->scratch = (S + w.n_rows + 2 * w.n_stretches) * (int64_t)sizeof(int64_t) + 64;
    op->work = op->count * (R * S * N / 8 + 1);
    return NULL;
}

const char *prepare_convolve(Op *op)
{
    const bool has_floor = op->n_settings == 2 && op->setting[1] == 1;
    Operand *w = op->operand, *z = w + op->n_operands - 1;
    if (op->n_operands < 3 + has_floor) return "takes W, windows and z";
    if (op->n_settings > 1 && !has_floor) return "says 1 where there is a floor, else nothing";
    return prepare_windows(op, op->n_operands - has_floor, w + 1, z, w, z);
}

const char *prepare_convolve_to_weights(Op *op)
{
    Operand *x = op->operand, *out = x + op->n_operands - 1;
    if (op->n_operands < 3 || op->n_settings > 1) return "takes windows, dz and dWT, and one setting";
    return prepare_windows(op, op->n_operands, x, out - 1, out, out);
}

const char *prepare_convolve_to_input(Op *op)
{
    if (op->n_operands != 3 || check(op, 3)) return "takes WT, dz and dx";
    const Operand *w = op->operand, *dz = w + 1, *dx = w + 2;
    int n_axes = op->n_settings / 2, n_lead = dx->n_axes - n_axes - 2;
    if (op->n_settings % 2 || n_axes < 1 || n_axes > 2 || n_lead < 0 || n_lead > 1 || w->n_axes != dx->n_axes || dz->n_axes != dx->n_axes)
        return "the settings are no axes of an image";
    for (int axis = 0; axis < n_axes; axis++)
        if (op->setting[2 * axis] < 1 || op->setting[2 * axis + 1] < 0) return "a stride or a padding that there can't be";
    int last = dx->n_axes - 1;
    op->count = n_lead ? dx->shape[0] : 1;
    for (int k = 0; k < 3; k++)
        if (!has_lead(op, op->operand + k, n_lead)) return "the shapes don't go together";
    if (w->shape[n_lead] != dx->shape[n_lead] || w->shape[last] != dz->shape[n_lead] || dz->shape[last] != dx->shape[last])
        return "the shapes don't go together";
    if (!dx->writable) return "what is written is read-only";
    if (dx->shape[last] * dx->size < FEWEST_BYTES || !ends_in_a_row(dx) || !ends_in_a_row(dz)) return "samples don't lie in a row";
    int64_t taps = 1, places = 1, R = dz->shape[n_lead], C = dx->shape[n_lead], samples = 4 * 64 / dx->size;
    for (int axis = n_lead + 1; axis < last; axis++) taps *= w->shape[axis], places *= dz->shape[axis];
    op->scratch = (dx->shape[last - 1] * 2 + taps * C + taps * 3) * (int64_t)sizeof(int64_t) + (taps * R * C + places * R * samples) * dx->size + 64;
    op->work = op->count * (taps * R * C * places * dx->shape[last] / 8 + 1);
    return NULL;
}
