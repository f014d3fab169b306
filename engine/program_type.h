/* The type `Program` of the extension module, and the tables that a program may use. */
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "program.h"

const Table *const *available(void); /* the tables that this processor can run, the best first; NULL ends them */

extern PyType_Spec program_spec;
