/* The extension module: programs for Python, made of arrays that the buffer protocol describes. */
#include "program_type.h"

#include "instructions.h"
#include "item.h"
#include "likeness.h"
#include "tile.h"

static const char extent_says[] = "extent(array)\n--\n\nWhere an array begins in memory, its first byte, and the byte behind its last.";

static const char layout_says[] = "layout(arrays)\n--\n\nBytes that are equal for arrays that are made alike, and lie alike to each other; and the numbers of read-only ones.";
static const char flattened_says[] = "flattened(values, numbers, arrays, types, kinds, known, other)\n--\n\nCalls and what they hold, arrays as their numbers: see likeness.py.";

static const char operand_says[] = "operand(array)\n--\n\nAn array as an operand: (key, start, type, low, high, fills its bytes, writable); None where it can't be one.";

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
    {"layout", layout, METH_O, layout_says},
    {"operand", operand, METH_O, operand_says},
    {"flattened", flattened, METH_VARARGS, flattened_says},
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
