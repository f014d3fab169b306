/* Rows as they are compared: their calls, with a number in place of each array, and how these arrays are made and lie. */
#include "likeness.h"

#include <stdlib.h>
#include <string.h>

#include "program.h"

typedef struct {
    Py_ssize_t at, low, high; /* where its first number is, its first byte, and the byte behind its last */
    Py_ssize_t number;
} Extent;

static Extent extent_of(const Py_buffer *array, Py_ssize_t number)
{
    Py_ssize_t at = (Py_ssize_t)array->buf;
    Extent x = {.at = at, .low = at, .high = at + array->itemsize, .number = number};
    for (int axis = 0; axis < array->ndim; axis++) {
        Py_ssize_t reach = array->strides[axis] * (array->shape[axis] - 1);
        if (array->shape[axis] == 0) x.low = x.high = at;
        else if (reach < 0) x.low += reach;
        else x.high += reach;
    }
    return x;
}

PyObject *extent(PyObject *module, PyObject *array)
{
    (void)module;
    Py_buffer buffer;
    if (PyObject_GetBuffer(array, &buffer, PyBUF_STRIDED_RO)) return NULL;
    Extent x = extent_of(&buffer, 0);
    PyBuffer_Release(&buffer);
    return Py_BuildValue("(nnn)", x.at, x.low, x.high);
}

static bool append(PyObject *list, PyObject *value)
{
    bool is_done = value && !PyList_Append(list, value);
    Py_XDECREF(value);
    return is_done;
}

enum { OF_FORMAT = 8, PER_ARRAY = 6 + 2 * MOST_AXES }; /* bytes; numbers that describe an array, at most */

/* How an array is made, without where it lies: so many numbers, or 0, with Python's error set. */
static int describe_array(PyObject *array, int64_t *to, Extent *extent, Py_ssize_t number, bool *is_read_only)
{
    Py_buffer buffer;
    if (PyObject_GetBuffer(array, &buffer, PyBUF_RECORDS_RO)) return 0;
    int n = 0, n_axes = buffer.ndim;
    const char *format = buffer.format ? buffer.format : "";
    if (n_axes > MOST_AXES || strlen(format) >= OF_FORMAT) PyErr_SetString(PyExc_ValueError, "an array that no operation takes");
    else {
        char type[OF_FORMAT] = {0};
        memcpy(type, format, strlen(format));
        memcpy(to, type, OF_FORMAT);
        to[1] = n_axes, to[2] = buffer.itemsize, n = 3;
        for (int axis = 0; axis < n_axes; axis++) to[n++] = buffer.shape[axis], to[n++] = buffer.strides[axis];
        *extent = extent_of(&buffer, number), *is_read_only = buffer.readonly;
    }
    PyBuffer_Release(&buffer);
    return n;
}

static int by_place(const void *a, const void *b)
{
    const Extent *x = a, *y = b;
    if (x->low != y->low) return x->low < y->low ? -1 : 1;
    if (x->high != y->high) return x->high < y->high ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

/* Bytes that are equal for arrays that are made alike, and lie alike to each other: for each its type, shape and strides,
   the first array of the block of memory that it shares with others, and where in that block its first number is. Beside
   them the numbers of the arrays that may not be written. */
PyObject *layout(PyObject *module, PyObject *arrays)
{
    (void)module;
    Py_ssize_t n = PyList_Size(arrays), size = 0;
    if (n < 0) return NULL;
    int64_t *to = PyMem_Calloc(n * PER_ARRAY + 1, sizeof *to);
    Extent *extents = PyMem_Calloc(n + 1, sizeof *extents);
    PyObject *found = NULL, *read_only = PyList_New(0);
    bool is_read_only;
    if (!read_only) goto end;
    if (!to || !extents) {
        PyErr_NoMemory();
        goto end;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        int n_numbers = describe_array(PyList_GetItem(arrays, i), to + size, extents + i, i, &is_read_only);
        if (!n_numbers || (is_read_only && !append(read_only, PyLong_FromSsize_t(i)))) goto end;
        size += n_numbers;
    }
    qsort(extents, n, sizeof *extents, by_place);
    for (Py_ssize_t i = 0; i < n;) {
        Py_ssize_t begin = extents[i].low, end = begin, first = n, stop = i;
        for (; stop < n && (stop == i || extents[stop].low < end); stop++) {
            if (extents[stop].high > end) end = extents[stop].high;
            if (extents[stop].number < first) first = extents[stop].number;
        }
        for (; i < stop; i++) {
            int64_t *place = to + size + 3 * extents[i].number;
            place[0] = first, place[1] = extents[i].at - begin, place[2] = extents[i].at % 8;
        }
    }
    found = Py_BuildValue("(y#O)", (const char *)to, (size + 3 * n) * (Py_ssize_t)sizeof *to, read_only);
end:
    PyMem_Free(to), PyMem_Free(extents), Py_XDECREF(read_only);
    return found;
}

typedef struct {
    PyObject *flat, *numbers, *arrays; /* what the row became; the numbers of arrays by their ids; the arrays */
    PyObject *array, *partial;         /* these two types */
    PyObject *func, *args, *keywords;  /* names of what a call has */
    PyObject *kinds, *known, *other;   /* types of functions; functions that stand for themselves; flattens any other value */
} Row;

static bool flatten(Row *row, PyObject *value);

static bool flatten_array(Row *row, PyObject *array)
{
    PyObject *id = PyLong_FromVoidPtr(array);
    PyObject *number = id ? PyDict_GetItemWithError(row->numbers, id) : NULL;
    if (number) Py_INCREF(number);
    else if (!PyErr_Occurred()) {
        number = PyLong_FromSsize_t(PyList_Size(row->arrays));
        if (!number || PyDict_SetItem(row->numbers, id, number) || PyList_Append(row->arrays, array)) Py_CLEAR(number);
    }
    Py_XDECREF(id);
    return append(row->flat, number);
}

/* Its function, how many arguments there are, by place and by name, and these. */
static bool flatten_call(Row *row, PyObject *call)
{
    PyObject *function = PyObject_GetAttr(call, row->func), *args = PyObject_GetAttr(call, row->args);
    PyObject *keywords = PyObject_GetAttr(call, row->keywords), *name, *value;
    bool is_done = function && args && keywords;
    if (is_done) {
        int is_known = PyObject_IsInstance(function, row->kinds);
        if (is_known > 0) is_known = PyDict_Contains(row->known, function);
        is_done = is_known >= 0 && (is_known ? !PyList_Append(row->flat, function) : !PyList_Append(row->flat, Py_None) && flatten(row, function));
        is_done = is_done && append(row->flat, PyLong_FromSsize_t(PyTuple_Size(args))) && append(row->flat, PyLong_FromSsize_t(PyDict_Size(keywords)));
        for (Py_ssize_t i = 0; is_done && i < PyTuple_Size(args); i++) is_done = flatten(row, PyTuple_GetItem(args, i));
        for (Py_ssize_t i = 0; is_done && PyDict_Next(keywords, &i, &name, &value);) is_done = !PyList_Append(row->flat, name) && flatten(row, value);
    }
    Py_XDECREF(function), Py_XDECREF(args), Py_XDECREF(keywords);
    return is_done;
}

static bool flatten(Row *row, PyObject *value)
{
    PyObject *type = (PyObject *)Py_TYPE(value);
    if (type == row->array) return flatten_array(row, value);
    if (type == row->partial) {
        if (Py_EnterRecursiveCall(" in a row of calls")) return false;
        bool is_done = flatten_call(row, value);
        Py_LeaveRecursiveCall();
        return is_done;
    }
    if (value == Py_None || PyLong_CheckExact(value) || PyFloat_CheckExact(value) || PyBool_Check(value) || PyUnicode_CheckExact(value)) {
        return !PyList_Append(row->flat, type) && !PyList_Append(row->flat, value); /* 1, 1.0 and True are equal */
    }
    return append(row->flat, PyObject_CallFunctionObjArgs(row->other, value, NULL));
}

PyObject *flattened(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *values;
    Row row = {0};
    if (!PyArg_ParseTuple(args, "O!O!O!(OO)OO!O", &PyTuple_Type, &values, &PyDict_Type, &row.numbers, &PyList_Type, &row.arrays, &row.array, &row.partial,
                          &row.kinds, &PyDict_Type, &row.known, &row.other)) return NULL;
    row.flat = PyList_New(0);
    row.func = PyUnicode_InternFromString("func"), row.args = PyUnicode_InternFromString("args"), row.keywords = PyUnicode_InternFromString("keywords");
    bool is_done = row.flat && row.func && row.args && row.keywords;
    for (Py_ssize_t i = 0; is_done && i < PyTuple_Size(values); i++) is_done = flatten(&row, PyTuple_GetItem(values, i));
    PyObject *found = is_done ? PyList_AsTuple(row.flat) : NULL;
    Py_XDECREF(row.flat), Py_XDECREF(row.func), Py_XDECREF(row.args), Py_XDECREF(row.keywords);
    return found;
}
