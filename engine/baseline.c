/* The table for any processor: vectors of 16 bytes. */
#define TABLE baseline
#define TABLE_NAME "baseline"
#define VECTOR_BYTES 16
#define HAS_FMA 0
#define ROWS_AT_ONCE 4 /* of a product, and so on: as many sums as there are registers */
#define VECTORS_AT_ONCE 3
#define DOT_ROWS 1
#define DOT_COLUMNS 3
#define COLUMN_ROWS 2 /* of a product with one column */
#define SUM_ROWS 3 /* of a convolution to its weights, then to its input */
#define SUM_COLUMNS 4
#define TAP_ROWS 6
#define TAP_VECTORS 2
#include "table.h"
