/* The table for any processor: vectors of 16 bytes. */
#define TABLE baseline
#define TABLE_NAME "baseline"
#define VECTOR_BYTES 16
#define HAS_FMA 0
#include "table.h"
