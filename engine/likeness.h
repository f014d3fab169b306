/* What of a row of calls decides whether it is like another, and where arrays lie: for likeness.py and for lowering. */
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>

PyObject *extent(PyObject *module, PyObject *array);
PyObject *layout(PyObject *module, PyObject *arrays);
PyObject *said(PyObject *module, PyObject *args);
