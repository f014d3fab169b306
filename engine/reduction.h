/* The reductions. */
#pragma once
#include "program.h"

enum { BY_SUM, BY_MAXIMUM, BY_MINIMUM };
