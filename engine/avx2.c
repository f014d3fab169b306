/* The table for processors with AVX2 and FMA: vectors of 32 bytes. On other kinds of processors the file is empty. */
#if defined(__x86_64__) || defined(_M_X64)
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#define TABLE avx2
#define TABLE_NAME "avx2"
#define VECTOR_BYTES 32
#define HAS_FMA 1
#define ROWS_AT_ONCE 4 /* of a product, and so on: as many sums as there are registers */
#define VECTORS_AT_ONCE 3
#define DOT_ROWS 2
#define DOT_COLUMNS 3
#define COLUMN_ROWS 4 /* of a product with one column */
#define SUM_ROWS 3 /* of a convolution to its weights, then to its input */
#define SUM_COLUMNS 4
#define TAP_ROWS 6
#define TAP_VECTORS 2
#include "table.h"

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
