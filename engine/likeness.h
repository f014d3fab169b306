/* What of a row of calls decides whether it is like another, and where arrays lie: for likeness.py and for lowering. */
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Where an array begins, its first byte, and the byte behind its last. */
PyObject *extent(PyObject *module, PyObject *array);

/* Bytes that are equal for arrays that are made alike, and lie alike to each other; and the numbers of those that may not be
   written. */
PyObject *layout(PyObject *module, PyObject *arrays);

/* Calls and what they hold in one tuple, arrays as their numbers. */
PyObject *flattened(PyObject *module, PyObject *args);
