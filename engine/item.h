/* An item of a program: an operation, a section, or a call into Python, as item.c reads it from what Python hands over. */
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "program.h"
#include "section.h"

typedef struct Item Item;
struct Item {
    Op op;
    Py_buffer *buffer; /* keeps each operand's memory where it is */
    PyObject *call;    /* a call into Python: instead of an operation, or where it can't be done */
    Item *inner;       /* or, instead of one, the operations of a section */
    Section section;
};

/* What there is to know of an array as an operand; None where it is empty, not aligned, of another order of bytes, or has
   MOST_AXES axes or more. A tuple:
   - a key, bytes: the same for arrays of the same numbers in memory; leading axes of length 1 make no difference to it,
     as such arrays broadcast alike
   - where it begins, and the type of its numbers, 'o' where no operation takes it
   - its first byte, the byte behind its last, and whether all bytes between them are its own
   - whether it may be written. */
PyObject *operand(PyObject *module, PyObject *array);

/* Zeros become an item; false, with Python's error set, where there can't be such a one. It is freed all the same. */
bool read_item(Item *item, PyObject *record, const Table *table, int n_threads);
void free_item(Item *item);
