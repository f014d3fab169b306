/* How Python's arrays become operands, and its records operations.

   No pointer comes from Python. An operand's memory, shape and strides are what the array itself says about them, and a
   kind's `prepare` checks that the operands of an operation go together. So no program can reach beyond its arrays. */
#include "item.h"

#include <string.h>

static char type_of(const Py_buffer *buffer)
{
    const char *format = buffer->format ? buffer->format : "";
    if (format[0] == '@' || format[0] == '=') format++;
    if (!format[0] || format[1]) return 0;
    switch (format[0]) {
    case 'd': return 'd';
    case 'f': return 'f';
    case '?': return '?';
    case 'q': case 'l': return buffer->itemsize == 8 ? 'q' : 0;
    }
    return 0;
}

PyObject *operand(PyObject *module, PyObject *array)
{
    (void)module;
    Py_buffer buffer;
    if (PyObject_GetBuffer(array, &buffer, PyBUF_RECORDS_RO)) { /* numbers that no buffer has, as dates */
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    int64_t at = (intptr_t)buffer.buf, size = buffer.itemsize, low = at, high = at + size, key[2 + 2 * MOST_AXES];
    char type = type_of(&buffer);
    bool native = !buffer.format || !strpbrk(buffer.format, "<>"); /* in this processor's order of bytes */
    /* an axis is left, which a product may add */
    bool fits = native && buffer.ndim < MOST_AXES && buffer.len && !(type && at % size);
    int n = 0;
    key[n++] = at, key[n++] = type + (size << 8);
    for (int axis = 0; fits && axis < buffer.ndim; axis++) {
        int64_t length = buffer.shape[axis], step = length > 1 ? buffer.strides[axis] : 0, reach = step * (length - 1);
        fits = !(type && step % size);
        low += reach < 0 ? reach : 0, high += reach > 0 ? reach : 0;
        if (length > 1 || n > 2) key[n++] = length, key[n++] = step;
    }
    PyObject *fills = buffer.len == high - low ? Py_True : Py_False, *writable = buffer.readonly ? Py_False : Py_True;
    PyBuffer_Release(&buffer);
    if (!fits) Py_RETURN_NONE;
    return Py_BuildValue("(y#LCLLOO)", (char *)key, n * sizeof *key, (long long)at, type ? type : 'o', (long long)low, (long long)high, fills, writable);
}

/* The part of the first member; the mark says which part each member has. turns: how many parts they have in turns, which
   lie as far from each other as the array allows: two cores can't write to one cache line at the same time. */
static bool take_part(Operand *x, int64_t members, int64_t turns, long mark)
{
    if (mark == SHARED) return true;
    if ((mark != OWN && mark != IN_TURNS) || !x->n_axes || (mark == OWN ? x->shape[0] != members : x->shape[0] < turns)) {
        PyErr_SetString(PyExc_ValueError, "an operand of a section that doesn't begin with its members");
        return false;
    }
    x->takes_turns = mark == IN_TURNS;
    x->to_next = x->takes_turns ? x->stride[0] * (x->shape[0] / turns) : x->stride[0];
    x->n_axes--;
    memmove(x->shape, x->shape + 1, x->n_axes * sizeof *x->shape);
    memmove(x->stride, x->stride + 1, x->n_axes * sizeof *x->stride);
    return true;
}

static bool read_operand(Op *op, Operand *x, PyObject *array, Py_buffer *buffer)
{
    if (PyObject_GetBuffer(array, buffer, PyBUF_RECORDS_RO)) return false;
    *x = (Operand){.at = buffer->buf, .n_axes = buffer->ndim, .size = (int)buffer->itemsize, .type = type_of(buffer), .writable = !buffer->readonly};
    if (!x->type || x->n_axes > MOST_AXES || (uintptr_t)x->at % x->size) {
        PyErr_SetString(PyExc_ValueError, "an operand of a type, an alignment or a number of axes that no operation takes");
        return false;
    }
    for (int axis = 0; axis < x->n_axes; axis++) {
        x->shape[axis] = buffer->shape[axis], x->stride[axis] = buffer->strides[axis];
        if (x->stride[axis] % x->size || x->shape[axis] < 1) {
            PyErr_SetString(PyExc_ValueError, "an operand that is empty, or whose numbers don't lie at multiples of their size");
            return false;
        }
    }
    if (is_real(x)) {
        if (op->type != 'q' && op->type != x->type) {
            PyErr_SetString(PyExc_ValueError, "operands of two real types");
            return false;
        }
        op->type = x->type;
    }
    return true;
}

static const char *prepare(Op *op, const char *kind, const Table *table)
{
#define PREPARE(name)                                   \
    if (!strcmp(kind, #name)) {                         \
        op->run = table->name[op->type == 'f'];         \
        return prepare_##name(op);                      \
    }
    KINDS(PREPARE)
#undef PREPARE
    return "there is no such kind";
}

/* (kind, operands, settings), and perhaps a call, or in a section of so many members a mark for each operand. */
static bool read_operation(Item *item, PyObject *record, const Table *table, int64_t members, int n_threads)
{
    const char *kind;
    PyObject *operands, *settings, *otherwise = NULL, *marks = NULL;
    if (!PyArg_ParseTuple(record, "sO!O!|O", &kind, &PyTuple_Type, &operands, &PyTuple_Type, &settings, members ? &marks : &otherwise)) return false;
    item->call = Py_XNewRef(otherwise);
    if (members && (!marks || !PyTuple_Check(marks) || PyTuple_Size(marks) != PyTuple_Size(operands))) {
        PyErr_SetString(PyExc_ValueError, "the operands of a section have a mark each");
        return false;
    }
    Op *op = &item->op;
    Py_ssize_t n_operands = PyTuple_Size(operands), n_settings = PyTuple_Size(settings);
    if (n_operands > MOST_OPERANDS) {
        PyErr_SetString(PyExc_ValueError, "too many operands");
        return false;
    }
    op->type = 'q';
    op->operand = PyMem_Calloc(n_operands + 1, sizeof *op->operand);
    item->buffer = PyMem_Calloc(n_operands + 1, sizeof *item->buffer);
    int64_t *setting = PyMem_Calloc(n_settings + 1, sizeof *setting);
    op->setting = setting;
    if (!op->operand || !item->buffer || !setting) {
        PyErr_NoMemory();
        return false;
    }
    for (Py_ssize_t k = 0; k < n_operands; k++) {
        if (!read_operand(op, op->operand + k, PyTuple_GetItem(operands, k), item->buffer + k)) return false;
        op->n_operands = (int)k + 1;
        if (marks && !take_part(op->operand + k, members, members < n_threads ? members : n_threads, PyLong_AsLong(PyTuple_GetItem(marks, k)))) return false;
    }
    for (Py_ssize_t k = 0; k < n_settings; k++) setting[k] = PyLong_AsLongLong(PyTuple_GetItem(settings, k));
    op->n_settings = (int)n_settings;
    if (PyErr_Occurred()) return false;
    const char *wrong = prepare(op, kind, table);
    if (wrong) PyErr_Format(PyExc_ValueError, "%s: %s", kind, wrong);
    return !wrong;
}

/* How many operations there are up to the last one of each member; NULL where that can't be. */
static int *read_ends(PyObject *ends, int64_t members, Py_ssize_t n)
{
    int *end = PyTuple_Size(ends) == members ? PyMem_Calloc(members, sizeof *end) : NULL;
    for (int64_t k = 0; end && k < members; k++) {
        long value = PyLong_AsLong(PyTuple_GetItem(ends, k)), before = k ? end[k - 1] : 0;
        if (value < before || value > n) PyMem_Free(end), end = NULL;
        else end[k] = (int)value;
    }
    if (!end && !PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "the operations of a section end elsewhere");
    return end;
}

/* ("section", members, records): operations that are carried out for one member after the other; with a fourth entry,
   each has operations of its own, and the entry says how many there are up to each one's last. */
static bool read_section(Item *item, PyObject *record, const Table *table, int n_threads)
{
    const char *name;
    long long members;
    PyObject *records, *ends = NULL;
    if (!PyArg_ParseTuple(record, "sLO!|O!", &name, &members, &PyTuple_Type, &records, &PyTuple_Type, &ends)) return false;
    Section *section = &item->section;
    Py_ssize_t n = PyTuple_Size(records);
    if (members < 1 || !n) {
        PyErr_SetString(PyExc_ValueError, "a section without members, or without operations");
        return false;
    }
    item->inner = PyMem_Calloc(n + 1, sizeof *item->inner);
    section->op = PyMem_Calloc(n + 1, sizeof *section->op);
    if (!item->inner || !section->op) {
        PyErr_NoMemory();
        return false;
    }
    section->members = members;
    for (; section->n_ops < n; section->n_ops++) {
        Item *inner = item->inner + section->n_ops;
        bool is_read = read_operation(inner, PyTuple_GetItem(records, section->n_ops), table, members, n_threads);
        section->op[section->n_ops] = inner->op;
        if (!is_read) return section->n_ops++, false;
        section->work += (ends ? 1 : members) * inner->op.work;
        if (inner->op.scratch > item->op.scratch) item->op.scratch = inner->op.scratch;
    }
    if (ends && !(section->end = read_ends(ends, members, n))) return false;
    if (!deal_out(section, n_threads)) PyErr_NoMemory();
    item->op.work = section->work;
    return !PyErr_Occurred();
}

bool read_item(Item *item, PyObject *record, const Table *table, int n_threads)
{
    if (!PyTuple_CheckExact(record)) { /* a row of calls is a tuple, too */
        item->call = Py_NewRef(record);
        return true;
    }
    PyObject *kind = PyTuple_Size(record) ? PyTuple_GetItem(record, 0) : NULL;
    if (kind && PyUnicode_Check(kind) && !PyUnicode_CompareWithASCIIString(kind, "section"))
        return read_section(item, record, table, n_threads);
    return read_operation(item, record, table, 0, n_threads);
}

void free_item(Item *item)
{
    for (int i = 0; i < item->section.n_ops; i++) free_item(item->inner + i);
    free_section(&item->section);
    if (item->buffer)
        for (int k = 0; item->buffer[k].obj; k++) PyBuffer_Release(item->buffer + k);
    PyMem_Free(item->inner), PyMem_Free(item->section.op), PyMem_Free(item->section.end);
    PyMem_Free(item->buffer), PyMem_Free(item->op.operand), PyMem_Free((void *)item->op.setting);
    Py_XDECREF(item->call);
}
