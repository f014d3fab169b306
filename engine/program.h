/* What a program is made of: operands, operations, and the tables of functions that carry them out. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_AXES = 8, MOST_OPERANDS = 48 };

/* An array as Python's buffer protocol describes it. Strides are in bytes. */
typedef struct {
    char *at;
    int64_t shape[MOST_AXES], stride[MOST_AXES];
    int n_axes;
    int size;       /* bytes per number */
    char type;      /* 'd' double, 'f' float, '?' bool, 'q' int64 */
    bool writable;
    /* ---- for elementwise operations */
    bool reads, writes; /* whether it is read before it is written, and whether it is written */
    bool constant, in_a_row; /* whether it is one number, and whether it lies in a row, over the whole index space */
    /* ---- for sections */
    bool takes_turns; /* whether all members of a thread have the same part */
    int64_t to_next; /* bytes from one member's, or one thread's, part to the next one's: 0 where members share it */
} Operand;

/* One operation of a program, ready to run. `prepare` of its kind fills in what stands below the line. */
typedef struct Op Op;
typedef bool (*Run)(const Op *, char *scratch); /* false: it can't be done: see Item in item.h */
struct Op {
    Operand *operand;
    int n_operands;
    const int64_t *setting; /* what a kind wants to know beside its operands */
    int n_settings;
    char type; /* of its floating-point operands; 'q' where there are none */
    /* ---- */
    int64_t shape[MOST_AXES]; /* the index space of an elementwise operation, outermost axis first */
    int n_axes;
    int64_t scratch; /* bytes that it needs while it runs */
    int64_t work;    /* about how many numbers it touches */
    int64_t count;   /* the matrices of a product */
    int way;         /* of doing it: the kind's own numbers */
    bool packs_b, packs_c;
    int64_t number[8]; /* what else a kind works out */
    Run run;
};

/* The kinds of operations. A kind has a function that checks and prepares it, and one for each table and type. */
#define KINDS(each)                                                                                             \
    each(elementwise) each(product) each(reduction) each(convolve) each(convolve_to_weights) each(convolve_to_input) \
    each(check) each(count) each(take) each(tabled)

/* Each returns NULL, or says what is wrong with the operation: then the program isn't built. */
#define DECLARE(kind) const char *prepare_##kind(Op *);
KINDS(DECLARE)
#undef DECLARE

/* One text compiled for several instruction sets: a table holds its functions, for double and for float. */
typedef struct {
    const char *name;
#define DECLARE(kind) Run kind[2];
    KINDS(DECLARE)
#undef DECLARE
} Table;

extern const Table baseline, avx2, avx512;

static inline bool is_real(const Operand *x) { return x->type == 'd' || x->type == 'f'; }
