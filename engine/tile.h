/* The tile machine: an elementwise operation is carried out TILE_BYTES at a time, instruction by instruction.

   A tile of each operand lies in memory in a row, or is one number for all of the tile, or is gathered into a buffer and,
   where it is written, scattered from it. Registers are such buffers, too. So each instruction is one loop over vectors. */
#pragma once
#include "program.h"

enum { TILE_BYTES = 2048, SHORT_ROW = 64 };

/* A place of an instruction: numbers at `at`, or with step 0 one number, repeated to fill a vector. */
typedef struct {
    char *at;
    int step;
} Place;

/* Where number `start` of the index space stands. */
static inline char *address(const Op *op, const Operand *x, int64_t start)
{
    char *at = x->at;
    for (int axis = op->n_axes - 1; axis > 0; axis--) at += start % op->shape[axis] * x->stride[axis], start /= op->shape[axis];
    return at + start * x->stride[0];
}
