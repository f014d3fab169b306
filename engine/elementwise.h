/* The tile machine for one type; tile.h says what it is. */
#include <string.h>

#define bytes X(bytes)
#define TILE ((int64_t)(TILE_BYTES / sizeof(real)))
typedef uint8_t bytes __attribute__((vector_size(VECTOR_BYTES / sizeof(real)), aligned(1), may_alias));

/* One number, as often as a vector holds it. */
static void X(repeat)(const Operand *x, const char *at, char *buffer)
{
    if (x->size == 1) memset(buffer, *at, WIDTH);
    else store((real *)buffer, all(*(const real *)at));
}

/* m numbers from number `start` of the index space on, to a buffer or (`back`) from it. */
static void X(move)(const Op *op, const Operand *x, int64_t start, int64_t m, char *buffer, bool back)
{
    int64_t index[MOST_AXES], inner = op->n_axes - 1, left = start;
    for (int64_t axis = inner; axis >= 0; axis--) index[axis] = left % op->shape[axis], left /= op->shape[axis];
    while (m > 0) {
        char *at = x->at;
        for (int axis = 0; axis <= inner; axis++) at += index[axis] * x->stride[axis];
        int64_t here = op->shape[inner] - index[inner] < m ? op->shape[inner] - index[inner] : m, s = x->stride[inner];
        if (s == x->size) back ? memcpy(at, buffer, here * x->size) : memcpy(buffer, at, here * x->size);
        else if (x->size == 1 && back) for (int64_t i = 0; i < here; i++) at[i * s] = buffer[i];
        else if (x->size == 1) for (int64_t i = 0; i < here; i++) buffer[i] = at[i * s];
        else if (back) for (int64_t i = 0; i < here; i++) *(real *)(at + i * s) = ((real *)buffer)[i];
        else for (int64_t i = 0; i < here; i++) ((real *)buffer)[i] = *(real *)(at + i * s);
        buffer += here * x->size, m -= here;
        index[inner] += here;
        for (int64_t axis = inner; axis > 0 && index[axis] == op->shape[axis]; axis--) index[axis] = 0, index[axis - 1]++;
    }
}

/* The results of one instruction, for n >= WIDTH numbers. Where n is no multiple of WIDTH the last vector overlaps the one
   before it, and is computed first: its result may take the place of what is read. */
#define EACH_VECTOR(Result, expression, put)                        \
    {                                                               \
        int64_t i = n - WIDTH;                                      \
        Result last = {0};                                          \
        if (n % WIDTH) last = expression;                           \
        for (i = 0; i + WIDTH <= n; i += WIDTH) put(i, expression); \
        if (n % WIDTH) put(n - WIDTH, last);                        \
    }                                                               \
    break;
#define PUT_REAL(i, result) store((real *)out + (i), result)
#define PUT_BOOL(i, result) (*(bytes *)(out + (i)) = __builtin_convertvector(-(result), bytes))
#define x load((real *)a.at + i * a.step)
#define y load((real *)b.at + i * b.step)
#define x_bool (*(bytes *)(a.at + i * a.step))

static void X(instruct)(int64_t what, int64_t n, char *out, Place a, Place b)
{
    switch (what) {
#define CASE(name, n_operands, expression) case do_##name: EACH_VECTOR(vector, expression, PUT_REAL)
        ARITHMETIC(CASE)
#undef CASE
#define CASE(name, expression) case do_##name: EACH_VECTOR(mask, expression, PUT_BOOL)
        COMPARISONS(CASE)
#undef CASE
#define CASE(name, expression) case do_is_##name: EACH_VECTOR(vector, select(expression, all(1), all(0)), PUT_REAL)
        COMPARISONS(CASE)
#undef CASE
    case do_from_bool: EACH_VECTOR(vector, __builtin_convertvector(x_bool, vector), PUT_REAL)
    }
}
#undef x
#undef y

/* A fused kernel on the operands as they lie in memory: row by row, or some rows in a call. */
static void X(run_kernel)(const Op *op, char *scratch)
{
    int inner = op->n_axes - 1, n_walked = op->number[ROWS] > 1 ? inner - 1 : inner; /* axes that are walked here */
    int64_t index[MOST_AXES] = {0};
    Place place[MOST_OPERANDS];

    for (int axis = 0; axis >= 0;) {
        for (int k = 0; k < op->n_operands; k++) {
            const Operand *x = op->operand + k;
            char *at = x->at;
            for (axis = 0; axis < n_walked; axis++) at += index[axis] * x->stride[axis];
            if (x->stride[inner]) place[k] = (Place){at, 1, x->stride[n_walked]};
            else {
                place[k] = (Place){scratch + k * TILE_BYTES, 0, 0};
                X(repeat)(x, at, place[k].at);
            }
        }
        X(kernels)[op->way](op->shape[inner], op->number[ROWS], place);
        for (axis = n_walked - 1; axis >= 0 && ++index[axis] == op->shape[axis]; axis--) index[axis] = 0;
    }
}

static bool X(elementwise)(const Op *op, char *scratch)
{
    if (op->number[ROWS]) {
        X(run_kernel)(op, scratch);
        return true;
    }
    if (op->way == TURNS && op->shape[0] >= WIDTH && op->shape[1] >= WIDTH) {
        const Operand *to = op->operand + op->setting[2], *from = op->operand + op->setting[3];
        int64_t size = sizeof(real);
        X(turn_matrix)(op->shape[0], op->shape[1], (real *)from->at, from->stride[1] / size, (real *)to->at, to->stride[0] / size);
        return true;
    }
    int n_places = op->n_operands + (int)op->setting[0], inner = op->n_axes - 1;
    int64_t row = op->shape[inner];
    bool by_rows = op->n_axes == 1 || row >= SHORT_ROW; /* then no tile goes beyond a row */
    Place place[2 * MOST_OPERANDS];

    for (int64_t start = 0, m; start < op->work; start += m) {
        int64_t left = by_rows ? row - start % row : op->work - start;
        m = left < TILE ? left : TILE;
        for (int k = 0; k < n_places; k++) {
            const Operand *x = op->operand + k;
            char *buffer = scratch + k * TILE_BYTES;
            place[k] = (Place){buffer, 1, 0};
            if (k >= op->n_operands) continue;
            if (m >= WIDTH && (by_rows ? x->stride[inner] == x->size : x->in_a_row)) place[k].at = address(op, x, start);
            else if (!x->writes && (by_rows ? x->stride[inner] == 0 : x->constant)) place[k].step = 0, X(repeat)(x, address(op, x, start), buffer);
            else if (x->reads) X(move)(op, x, start, m, buffer, false);
        }
        if (op->way >= 0) X(kernels)[op->way](m < WIDTH ? WIDTH : m, 1, place);
        else for (const int64_t *s = op->setting + 1; s < op->setting + op->n_settings; s += 4)
            X(instruct)(s[0], m < WIDTH ? WIDTH : m, place[s[1]].at, place[s[2]], place[s[3]]);
        for (int k = 0; k < op->n_operands; k++)
            if (op->operand[k].writes && place[k].at == scratch + k * TILE_BYTES)
                X(move)(op, op->operand + k, start, m, place[k].at, true);
    }
    return true;
}
