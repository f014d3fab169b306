/* The type `Program`: how a program is made of its items, and how it runs. */
#include "program_type.h"

#include <string.h>
#include <time.h>

#include "item.h"

enum { MOST_THREADS = 64 };

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

const Table *const *available(void)
{
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
    clock_t now = clock();
    if (!running->looked) running->looked = now; /* a short run never asks: the clock takes as long as 100 operations */
    if (now - running->looked < CLOCKS_PER_SEC / 100) return false;
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

/* False where the program ends here. */
static inline bool run_item(const Program *self, const Item *item, Team *team, Running *running)
{
    if (item->inner) return run_section(team, &item->section, self->scratch[0], &running->look);
    if (item->op.run && item->op.run(&item->op, self->scratch[0])) return !look_for_signals(&running->look, item->op.work);
    return item->call && make_call(running, item->call); /* without a call: a check */
}

/* Once; false where it ended before its end. */
static bool run_once(const Program *self, Team *team, Running *running)
{
    for (const Item *item = self->item, *end = item + self->n_items; item < end; item++)
        if (!run_item(self, item, team, running)) return false;
    return true;
}

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}

/* What is kept of some runs: a copy of `value` after the first and then after every so many, in one row after the other. */
typedef struct {
    Py_buffer value, rows;
    int64_t every;
} Kept;

static bool read_kept(Kept *kept, PyObject *value, PyObject *rows, int64_t times)
{
    if (PyObject_GetBuffer(value, &kept->value, PyBUF_C_CONTIGUOUS) || PyObject_GetBuffer(rows, &kept->rows, PyBUF_C_CONTIGUOUS | PyBUF_WRITABLE)) return false;
    if (kept->every > 0 && kept->value.len && (times < 1 || (times - 1) / kept->every < kept->rows.len / kept->value.len)) return true;
    PyErr_SetString(PyExc_ValueError, "there are fewer rows than values to keep");
    return false;
}

static void keep(const Kept *kept, int64_t done)
{
    if (kept->every && done % kept->every == 0)
        memcpy((char *)kept->rows.buf + done / kept->every * kept->value.len, kept->value.buf, (size_t)kept->value.len);
}

static void free_kept(Kept *kept)
{
    if (kept->value.obj) PyBuffer_Release(&kept->value);
    if (kept->rows.obj) PyBuffer_Release(&kept->rows);
}

static const char run_says[] = "run(times=1, value=None, rows=None, every=1)\n--\n\nRun the program so many times, and return how often it ran before a check ended it.\n"
                               "After the first time, and then after every so many, the next row becomes a copy of value.\n"
                               "The interpreter's lock is released, except for calls into Python.";

static bool is_free(const Program *self)
{
    if (self->is_running) PyErr_SetString(PyExc_RuntimeError, "a program belongs to one thread; this one is running in another.");
    return !self->is_running;
}

static PyObject *program_run(PyObject *object, PyObject *args)
{
    Program *self = (Program *)object;
    long long times = 1, done = 0, every = 1;
    PyObject *value = NULL, *rows = NULL;
    Running running = {.look = {look_for_signals}};
    if (!PyArg_ParseTuple(args, "|LOOL", &times, &value, &rows, &every) || !is_free(self)) return NULL;
    Kept kept = {.every = rows ? every : 0};
    if (rows && !read_kept(&kept, value, rows, times)) {
        free_kept(&kept);
        return NULL;
    }
    self->is_running = true;
    running.released = PyEval_SaveThread();
    Team *team = (double)self->work_of_sections * times < WORTH_THREADS ? NULL : start_team(self->n_threads, self->scratch);
    for (; done < times && run_once(self, team, &running); done++) keep(&kept, done);
    end_team(team);
    PyEval_RestoreThread(running.released);
    self->is_running = false;
    free_kept(&kept);
    return running.failed ? NULL : PyLong_FromLongLong(done);
}

static PyObject *program_call(PyObject *object, PyObject *args, PyObject *keywords)
{
    (void)keywords;
    return program_run(object, args);
}

static const char time_says[] = "time()\n--\n\nRun the program once, in one thread, and return the nanoseconds that each of its items took;\n"
                                "fewer where a check ended it.";

static PyObject *program_time(PyObject *object, PyObject *none)
{
    (void)none;
    Program *self = (Program *)object;
    Running running = {.look = {look_for_signals}};
    int64_t *took = is_free(self) ? PyMem_Calloc(self->n_items + 1, sizeof *took) : NULL, of_clock = INT64_MAX;
    if (!took) return PyErr_Occurred() ? NULL : PyErr_NoMemory();
    for (int i = 0; i < 20; i++) {
        int64_t begun = nanoseconds(), passed = nanoseconds() - begun;
        if (passed < of_clock) of_clock = passed;
    }
    Py_ssize_t done = 0;
    self->is_running = true;
    running.released = PyEval_SaveThread();
    for (bool goes_on = true; goes_on && done < self->n_items; done++) {
        int64_t begun = nanoseconds();
        goes_on = run_item(self, self->item + done, NULL, &running);
        took[done] = nanoseconds() - begun - of_clock;
    }
    PyEval_RestoreThread(running.released);
    self->is_running = false;
    PyObject *list = running.failed ? NULL : PyList_New(done);
    for (Py_ssize_t i = 0; list && i < done; i++) {
        PyObject *number = PyLong_FromLongLong(took[i] > 0 ? took[i] : 0);
        if (!number || PyList_SetItem(list, i, number)) Py_CLEAR(list);
    }
    PyMem_Free(took);
    return list;
}

static PyMethodDef program_methods[] = {
    {"run", program_run, METH_VARARGS, run_says},
    {"time", program_time, METH_NOARGS, time_says},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot program_slots[] = {
    {Py_tp_doc, (void *)"Program(records, table=None, threads=1)\n--\n\nA row of operations, of sections, and of calls into Python."},
    {Py_tp_new, program_new},
    {Py_tp_traverse, program_traverse},
    {Py_tp_dealloc, program_dealloc},
    {Py_tp_call, program_call},
    {Py_tp_methods, program_methods},
    {0, NULL},
};

PyType_Spec program_spec = {
    .name = "chainrule.core.engine._engine.Program",
    .basicsize = sizeof(Program),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = program_slots,
};
