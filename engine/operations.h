/* The operations for one type, in reading order. */
#include "vectors.h"
#include "functions.h"
#include "elementwise.h"
#include "multiply.h"
#include "convolution.h"
#include "reduce.h"
#include "small.h"
#include "take.h"
