/* The table for processors with AVX-512: vectors of 64 bytes. On other kinds of processors the file is empty. */
#if defined(__x86_64__) || defined(_M_X64)
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")
#endif

#define TABLE avx512
#define TABLE_NAME "avx512"
#define VECTOR_BYTES 64
#define HAS_FMA 1
#define ROWS_AT_ONCE 8 /* of a product, and so on: as many sums as there are registers */
#define VECTORS_AT_ONCE 3
#define DOT_ROWS 4
#define DOT_COLUMNS 4
#define COLUMN_ROWS 16 /* of a product with one column */
#define SUM_ROWS 5 /* of a convolution to its weights, then to its input */
#define SUM_COLUMNS 4
#define TAP_ROWS 6
#define TAP_VECTORS 4
#include "table.h"

#ifdef __clang__
#pragma clang attribute pop
#endif
#endif
