/* All operations for double and for float, compiled for the instruction set that the including file names. */
#include <math.h>
#include <string.h>

#include "instructions.h"
#include "program.h"
#include "tile.h"

#define real double
#define IS_DOUBLE 1
#include "operations.h"
#undef real
#undef IS_DOUBLE

#define real float
#define IS_DOUBLE 0
#include "operations.h"
#undef real
#undef IS_DOUBLE

const Table TABLE = {
    .name = TABLE_NAME,
#define ENTRY(kind) .kind = {kind##_double, kind##_float},
    KINDS(ENTRY)
#undef ENTRY
};
