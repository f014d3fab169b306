/* The windows of a convolution, as a view of the image: axes (..., channels, kernel..., places..., samples).

   Unfolded, they would be a matrix: a row for each channel and offset of the kernel, a column for each place and sample.
   Samples lie side by side, and often places, too; so a row of that matrix is a few stretches of the image as it lies in
   memory, and the matrix need not be made. A window moved by one place is the same stretch, a little further on. */
#pragma once
#include "program.h"

/* The next address at which a cache line begins. */
static inline void *cache_line(void *at) { return (char *)at + (64 - (uintptr_t)at % 64) % 64; }

enum {
    NEAR = 8192,   /* bytes of each row that a few rows of sums take at once: a fraction of the nearest cache */
    NEAREST = 2048 /* of those that are read twice, lanes after lanes: all rows together are a fraction of it */
};

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

/* Both axes of an image with channels, behind as many leading axes. */
typedef struct {
    ImageAxis down, across;
    int64_t channels;
    int n_lead;
} ImageAxes;

/* Of the third product, of (C, kernel..., R), (R, places..., n) and (C, image..., n). */
static inline ImageAxes read_image(const Op *op)
{
    const Operand *w = op->operand, *dz = w + 1, *dx = w + 2;
    int n_axes = op->n_settings / 2, n_lead = dx->n_axes - n_axes - 2;
    ImageAxis axis[2] = {{1, 1, 1, 1, 0, 0, 0, 0}};
    for (int k = 0; k < n_axes; k++) {
        int i = n_lead + 1 + k;
        axis[2 - n_axes + k] = (ImageAxis){dx->shape[i], w->shape[i], dz->shape[i], op->setting[2 * k], op->setting[2 * k + 1],
                                           dx->stride[i], w->stride[i], dz->stride[i]};
    }
    return (ImageAxes){axis[0], axis[1], dx->shape[n_lead], n_lead};
}

/* The windows, from the first to before the end, that a place along an axis is in. */
typedef struct {
    int64_t first, end;
} Span;

static inline Span meeting(const ImageAxis *axis, int64_t place)
{
    int64_t end = (place + axis->before) / axis->stride + 1, beyond = place + axis->before - axis->kernel;
    return (Span){beyond < 0 ? 0 : beyond / axis->stride + 1, end < axis->windows ? end : axis->windows};
}
