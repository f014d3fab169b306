/* The windows of a convolution, as a view of the image: axes (..., channels, kernel..., places..., samples).

   Unfolded, they would be a matrix: a row for each channel and offset of the kernel, a column for each place and sample.
   Samples lie side by side, and often places, too; so a row of that matrix is a few stretches of the image as it lies in
   memory, and the matrix need not be made. A window moved by one place is the same stretch, a little further on. */
#pragma once
#include "program.h"

enum { NEAR = 8192 }; /* bytes of each row that a few rows of sums take at once: a fraction of the nearest cache */

typedef struct {
    int rows, places, stretch; /* the axes at which those of rows, of columns, and of a stretch of columns begin */
    int64_t n_rows, n_stretches, length;
} Windows;

static inline Windows read_windows(const Operand *x, int rows, int n_row_axes)
{
    Windows w = {rows, rows + n_row_axes, x->n_axes, 1, 1, 1};
    for (int axis = w.rows; axis < w.places; axis++) w.n_rows *= x->shape[axis];
    for (; w.stretch > w.places; w.stretch--) {
        int axis = w.stretch - 1;
        if (x->shape[axis] != 1 && x->stride[axis] != w.length * x->size) break;
        w.length *= x->shape[axis];
    }
    for (int axis = w.places; axis < w.stretch; axis++) w.n_stretches *= x->shape[axis];
    return w;
}

/* How far in memory each entry along some axes lies from the first, in bytes. */
static inline void offsets(const Operand *x, int first, int end, int64_t *offset)
{
    int64_t n = 1;
    offset[0] = 0;
    for (int axis = first; axis < end; n *= x->shape[axis++])
        for (int64_t i = n - 1; i >= 0; i--) {
            int64_t start = offset[i];
            for (int64_t k = x->shape[axis] - 1; k >= 0; k--) offset[i * x->shape[axis] + k] = start + k * x->stride[axis];
        }
}

/* A member's part of an operand that has a leading axis, or none. */
static inline char *of_member(const Operand *x, int n_lead, int64_t member)
{
    return x->at + (n_lead && x->shape[0] > 1 ? member * x->stride[0] : 0);
}

/* One axis of the image in the third product; a series has a single row. Numbers, then steps in memory, in bytes. */
typedef struct {
    int64_t length, kernel, windows, stride, before;
    int64_t step_x, step_w, step_dz;
} ImageAxis;
