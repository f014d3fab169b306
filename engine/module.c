/* The extension module: programs for Python, made of arrays that the buffer protocol describes.

   No pointer comes from Python. An operand's memory, shape and strides are what the array itself says about them, and a
   kind's `prepare` checks that the operands of an operation go together. So no program can reach beyond its arrays. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>
#include <time.h>

#include "instructions.h"
#include "program.h"
#include "section.h"
#include "tile.h"

enum { MOST_THREADS = 64 };

typedef struct Item Item;
struct Item {
    Op op;
    Py_buffer *buffer; /* keeps each operand's memory where it is */
    PyObject *call;    /* a call into Python: instead of an operation, or where it can't be done */
    Item *inner;       /* or, instead of one, the operations of a section */
    Section section;
};

typedef struct {
    PyObject_HEAD
    Item *item;
    Py_ssize_t n_items;
    const Table *table;
    int n_threads;
    char *scratch_memory, *scratch[MOST_THREADS]; /* what operations need while they run, for each thread */
    int64_t work_of_sections; /* what is dealt out to threads */
    bool is_running;
} Program;

/* ---- tables ---- */

static const Table *const *available(void)
{   /* the tables that this processor can run, the best first */
    static const Table *found[4];
    int n = 0;
#if defined(__x86_64__) || defined(_M_X64)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl")) found[n++] = &avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found[n++] = &avx2;
#endif
    found[n] = &baseline;
    return found;
}

static const Table *choose_table(const char *name)
{
    for (const Table *const *table = available(); *table; table++)
        if (!name || !strcmp(name, (*table)->name)) return *table;
    PyErr_Format(PyExc_ValueError, "no table '%s' for this processor", name);
    return NULL;
}

/* ---- building ---- */

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

/* The part of the first member; the mark says which part each member has. turns: how many parts they have in turns. */
static bool take_part(Operand *x, int64_t members, int64_t turns, long mark)
{
    if (mark == SHARED) return true;
    if ((mark != OWN && mark != IN_TURNS) || !x->n_axes || (mark == OWN ? x->shape[0] != members : x->shape[0] < turns)) {
        PyErr_SetString(PyExc_ValueError, "an operand of a section that doesn't begin with its members");
        return false;
    }
    x->to_next = x->stride[0], x->takes_turns = mark == IN_TURNS, x->n_axes--;
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

static bool read_item(Item *item, PyObject *record, const Table *table, int n_threads)
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

static void free_item(Item *item)
{
    for (int i = 0; i < item->section.n_ops; i++) free_item(item->inner + i);
    free_section(&item->section);
    if (item->buffer)
        for (int k = 0; item->buffer[k].obj; k++) PyBuffer_Release(item->buffer + k);
    PyMem_Free(item->inner), PyMem_Free(item->section.op), PyMem_Free(item->section.end);
    PyMem_Free(item->buffer), PyMem_Free(item->op.operand), PyMem_Free((void *)item->op.setting);
    Py_XDECREF(item->call);
}

static PyObject *program_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"records", "table", "threads", NULL};
    PyObject *records;
    const char *name = NULL;
    int n_threads = 1;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O!|zi", names, &PyTuple_Type, &records, &name, &n_threads)) return NULL;
    n_threads = n_threads < 1 ? 1 : n_threads < MOST_THREADS ? n_threads : MOST_THREADS;
    const Table *table = choose_table(name);
    if (!table) return NULL;
    Program *self = (Program *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    if (!self) return NULL;
    self->table = table;
    Py_ssize_t n = PyTuple_Size(records);
    self->item = PyMem_Calloc(n + 1, sizeof *self->item);
    int64_t scratch = 0;
    for (Py_ssize_t i = 0; self->item && i < n; i++) {
        self->n_items = i + 1;
        if (!read_item(self->item + i, PyTuple_GetItem(records, i), table, n_threads)) {
            Py_DECREF(self);
            return NULL;
        }
        if (self->item[i].op.scratch > scratch) scratch = self->item[i].op.scratch;
        self->work_of_sections += self->item[i].section.work;
    }
    self->n_threads = self->work_of_sections ? n_threads : 1;
    scratch = scratch / 64 * 64 + 128;
    self->scratch_memory = self->item ? PyMem_Calloc(self->n_threads, scratch + 64) : NULL;
    if (!self->scratch_memory) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    char *first = self->scratch_memory + (64 - (uintptr_t)self->scratch_memory % 64);
    for (int t = 0; t < self->n_threads; t++) self->scratch[t] = first + t * scratch;
    return (PyObject *)self;
}

static int program_traverse(PyObject *object, visitproc visit, void *arg)
{
    Program *self = (Program *)object;
    Py_VISIT(Py_TYPE(object));
    for (Py_ssize_t i = 0; i < self->n_items; i++) Py_VISIT(self->item[i].call);
    return 0;
}

static void program_dealloc(PyObject *object)
{
    Program *self = (Program *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    for (Py_ssize_t i = 0; i < self->n_items; i++) free_item(self->item + i);
    PyMem_Free(self->item), PyMem_Free(self->scratch_memory);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(object);
    Py_DECREF(type);
}

/* ---- running ---- */

enum {
    WORK_BETWEEN_LOOKS = 1000000, /* numbers touched, some 0.5 ms, between looks at the clock */
    WORTH_THREADS = 1000000       /* for fewer, starting threads would take longer */
};

/* A program while it runs: what it does with the interpreter's lock, and when it looked for Ctrl-C. */
typedef struct {
    Look look;
    PyThreadState *released;
    int64_t work; /* since it looked at the clock */
    clock_t looked;
    bool failed;
} Running;

static bool look_for_signals(Look *look, int64_t work)
{
    Running *running = (Running *)look;
    if ((running->work += work) < WORK_BETWEEN_LOOKS) return false;
    running->work = 0;
    if (clock() - running->looked < CLOCKS_PER_SEC / 100) return false;
    PyEval_RestoreThread(running->released); /* every 10 ms: waiting for the lock may take half as long */
    running->failed = PyErr_CheckSignals();
    running->released = PyEval_SaveThread();
    running->looked = clock();
    return running->failed;
}

static bool make_call(Running *running, PyObject *call)
{
    PyEval_RestoreThread(running->released);
    PyObject *answer = PyObject_CallNoArgs(call);
    running->failed = !answer;
    Py_XDECREF(answer);
    running->released = PyEval_SaveThread();
    return !running->failed;
}

/* Once; false where it ended before its end. */
static bool run_once(const Program *self, Team *team, Running *running)
{
    for (Item *item = self->item, *end = item + self->n_items; item < end; item++) {
        if (item->inner) {
            if (!run_section(team, &item->section, self->scratch[0], &running->look)) return false;
        } else if (item->op.run && item->op.run(&item->op, self->scratch[0])) {
            if (look_for_signals(&running->look, item->op.work)) return false;
        } else if (!item->call || !make_call(running, item->call)) return false; /* without a call: a check */
    }
    return true;
}

static const char run_says[] = "run(times=1)\n--\n\nRun the program so many times, and return how often it ran before a check ended it.\n"
                               "The interpreter's lock is released, except for calls into Python.";

static PyObject *program_run(PyObject *object, PyObject *args)
{
    Program *self = (Program *)object;
    long long times = 1, done = 0;
    Running running = {.look = {look_for_signals}, .looked = clock()};
    if (!PyArg_ParseTuple(args, "|L", &times)) return NULL;
    if (self->is_running) {
        PyErr_SetString(PyExc_RuntimeError, "a program belongs to one thread; this one is running in another.");
        return NULL;
    }
    self->is_running = true;
    running.released = PyEval_SaveThread();
    Team *team = (double)self->work_of_sections * times < WORTH_THREADS ? NULL : start_team(self->n_threads, self->scratch);
    while (done < times && run_once(self, team, &running)) done++;
    end_team(team);
    PyEval_RestoreThread(running.released);
    self->is_running = false;
    return running.failed ? NULL : PyLong_FromLongLong(done);
}

static PyObject *program_call(PyObject *object, PyObject *args, PyObject *keywords)
{
    (void)keywords;
    return program_run(object, args);
}

static PyMethodDef program_methods[] = {{"run", program_run, METH_VARARGS, run_says}, {NULL, NULL, 0, NULL}};

static PyType_Slot program_slots[] = {
    {Py_tp_doc, (void *)"Program(records, table=None, threads=1)\n--\n\nA row of operations, of sections, and of calls into Python."},
    {Py_tp_new, program_new},
    {Py_tp_traverse, program_traverse},
    {Py_tp_dealloc, program_dealloc},
    {Py_tp_call, program_call},
    {Py_tp_methods, program_methods},
    {0, NULL},
};

static PyType_Spec program_spec = {
    .name = "chainrule.core.engine._engine.Program",
    .basicsize = sizeof(Program),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = program_slots,
};

/* ---- the module ---- */

static const char extent_says[] = "extent(array)\n--\n\nWhere an array begins in memory, its first byte, and the byte behind its last.";

static PyObject *extent(PyObject *module, PyObject *array)
{
    (void)module;
    Py_buffer buffer;
    if (PyObject_GetBuffer(array, &buffer, PyBUF_STRIDED_RO)) return NULL;
    Py_ssize_t at = (Py_ssize_t)buffer.buf, low = at, high = at + buffer.itemsize;
    for (int axis = 0; axis < buffer.ndim; axis++) {
        Py_ssize_t reach = buffer.strides[axis] * (buffer.shape[axis] - 1);
        if (buffer.shape[axis] == 0) low = high = at;
        else if (reach < 0) low += reach;
        else high += reach;
    }
    PyBuffer_Release(&buffer);
    return Py_BuildValue("(nnn)", at, low, high);
}

static const char has_kernel_says[] = "has_kernel(n_operands, settings)\n--\n\nWhether an elementwise operation is in the catalogue of fused kernels.";

static PyObject *has_kernel(PyObject *module, PyObject *args)
{
    (void)module;
    int n_operands;
    PyObject *settings;
    int64_t setting[4 * MOST_OPERANDS + 1];
    if (!PyArg_ParseTuple(args, "iO!", &n_operands, &PyTuple_Type, &settings)) return NULL;
    Py_ssize_t n = PyTuple_Size(settings);
    for (Py_ssize_t k = 0; k < n && k < 4 * MOST_OPERANDS + 1; k++) setting[k] = PyLong_AsLongLong(PyTuple_GetItem(settings, k));
    return PyErr_Occurred() ? NULL : PyBool_FromLong(kernel_of(n_operands, setting, (int)n) >= 0);
}

static PyMethodDef module_methods[] = {
    {"extent", extent, METH_O, extent_says},
    {"has_kernel", has_kernel, METH_VARARGS, has_kernel_says},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&program_spec), *tables = PyList_New(0), *names = PyList_New(0);
    if (!type || !tables || !names) return -1;
    for (const Table *const *table = available(); *table; table++) {
        PyObject *name = PyUnicode_FromString((*table)->name);
        if (!name || PyList_Append(tables, name)) return -1;
        Py_DECREF(name);
    }
    static const char *const instructions[] = {
#define NAME(name, ...) #name,
        ARITHMETIC(NAME) COMPARISONS(NAME)
#undef NAME
#define NAME(name, ...) "is_" #name,
        COMPARISONS(NAME) "from_bool"
#undef NAME
    };
    for (int i = 0; i < N_INSTRUCTIONS; i++) {
        PyObject *name = PyUnicode_FromString(instructions[i]);
        if (!name || PyList_Append(names, name)) return -1;
        Py_DECREF(name);
    }
    int failed = PyModule_AddObjectRef(module, "Program", type) || PyModule_AddObjectRef(module, "TABLES", tables)
                 || PyModule_AddObjectRef(module, "INSTRUCTIONS", names);
    Py_DECREF(type), Py_DECREF(tables), Py_DECREF(names);
    return failed ? -1 : 0;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_engine",
    .m_doc = "Compiled operations for the rows of calls. TABLES: the instruction sets that this processor has, the best first.",
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit__engine(void) { return PyModuleDef_Init(&module); }
