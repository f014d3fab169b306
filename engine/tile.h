/* The tile machine: an elementwise operation is carried out TILE_BYTES at a time, instruction by instruction.

   A tile of each operand lies in memory in a row, or is one number for all of the tile, or is gathered into a buffer and,
   where it is written, scattered from it. Registers are such buffers, too. So each instruction is one loop over vectors. */
#pragma once
#include "program.h"

enum {
    TILE_BYTES = 2048, /* a dozen places take 24 kB: they stay in the nearest cache */
    SHORT_ROW = 64     /* numbers: shorter rows are joined to fill a tile */
};

/* What is worked out for a fused kernel: how many rows it does in a call; 0 where numbers must be gathered first. */
enum { ROWS };

/* The way of a copy between matrices of which one lies row by row, the other column by column. */
enum { TURNS = -2 };

/* The number of the fused kernel that does these instructions, -1 where there is none: then the tile machine does them. */
int kernel_of(int n_operands, const int64_t *setting, int n_settings);

/* A place of an instruction: numbers at `at`, or with step 0 one number, repeated to fill a vector. */
typedef struct {
    char *at;
    int step;
    int64_t next; /* bytes to the next row: for fused kernels */
} Place;

/* Where number `start` of the index space stands. */
static inline char *address(const Op *op, const Operand *x, int64_t start)
{
    char *at = x->at;
    if (start == 0) return at; /* without the divisions, which take as long as a small operation's loop */
    for (int axis = op->n_axes - 1; axis > 0; axis--) at += start % op->shape[axis] * x->stride[axis], start /= op->shape[axis];
    return at + start * x->stride[0];
}
