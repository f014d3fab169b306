/* How a product is carried out; product.c decides it, multiply.h does it. */
#pragma once
#include "program.h"

enum { BY_ROWS, BY_DOTS };

/* Whole vectors of 64 bytes, the widest of any table. */
static inline int64_t padded(int64_t n, int64_t size) { return (n * size + 63) / 64 * 64 / size; }
