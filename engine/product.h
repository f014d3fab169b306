/* How a product is carried out; product.c decides it, multiply.h does it. */
#pragma once
#include "program.h"

enum { BY_ROWS, BY_DOTS };

enum { STRETCH = 512 }; /* numbers of a row that are multiplied at once by dots, of many rows: they stay in the cache */

/* What is worked out for a product by rows: how many last columns, 1 or 0, are made by dots. */
enum { LAST_APART };

/* The number that results are at least; NULL: none. It is read in each run. Operations that take one have the operand
   before the one that they write, and say so by a last setting of 1. */
static inline const void *floor_of(const Op *op, int n_settings)
{
    return op->n_settings == n_settings ? op->operand[op->n_operands - 2].at : NULL;
}

/* Whole vectors of 64 bytes, the widest of any table. */
static inline int64_t padded(int64_t n, int64_t size) { return (n * size + 63) / 64 * 64 / size; }
