/* What a take works out when it is prepared. */
#pragma once
#include "program.h"

enum { ENTRIES, TAKEN, STEP_X, STEP_INDEX, STEP_OUT };
