/* Vectors of `real` numbers, by the compilers' vector extensions: included once for double and once for float.

   A table names the bytes of its vectors, VECTOR_BYTES, and whether the processor has a fused multiply-add. Sums over a
   contiguous row are taken in LANES running sums in every table, so that each table gets the same bits. */
#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)
#define X(name) PASTE(name, real) /* the name of a function for this type */

#define vector X(vector)
#define mask X(mask)
#define bits X(bits)
#define WIDTH ((int)(VECTOR_BYTES / sizeof(real)))
#define LANES ((int)(64 / sizeof(real)))
#define PARTS (64 / VECTOR_BYTES) /* vectors that hold the running sums of a row */
#define MOST_SUMS 32 /* at once: so many numbers there must be room for */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define INLINE static inline __attribute__((always_inline))

#define load X(load)
#define store X(store)
#define all X(all)
#define choose X(choose)
#define select X(select)
#define fused X(fused)
#define fused_one X(fused_one)
#define v_abs X(v_abs)
#define v_sqrt X(v_sqrt)
#define v_floor X(v_floor)

#if IS_DOUBLE
typedef int64_t X(integer);
typedef uint64_t X(natural);
#else
typedef int32_t X(integer);
typedef uint32_t X(natural);
#endif
typedef real vector __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));
typedef X(integer) mask __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));
typedef X(natural) bits __attribute__((vector_size(VECTOR_BYTES)));

INLINE vector load(const real *at) { return *(const vector *)at; }
INLINE void store(real *at, vector x) { *(vector *)at = x; }

/* A loop over the lanes of a vector becomes one instruction. */
#define LANE_BY_LANE(expression) vector r; for (int i = 0; i < WIDTH; i++) r[i] = (expression); return r

INLINE vector all(real x) { LANE_BY_LANE(x); }
INLINE vector choose(mask which, vector x, vector y) { LANE_BY_LANE(which[i] ? x[i] : y[i]); }
/* The same by its bits. gcc makes one instruction of `choose` in a long function, of this one between any instructions. */
INLINE vector select(mask which, vector x, vector y) { return (vector)(((mask)x & which) | ((mask)y & ~which)); }
#if IS_DOUBLE
INLINE vector v_abs(vector x) { LANE_BY_LANE(__builtin_fabs(x[i])); }
INLINE vector v_sqrt(vector x) { LANE_BY_LANE(__builtin_sqrt(x[i])); }
INLINE vector v_floor(vector x) { LANE_BY_LANE(__builtin_floor(x[i])); }
#else
INLINE vector v_abs(vector x) { LANE_BY_LANE(__builtin_fabsf(x[i])); }
INLINE vector v_sqrt(vector x) { LANE_BY_LANE(__builtin_sqrtf(x[i])); }
INLINE vector v_floor(vector x) { LANE_BY_LANE(__builtin_floorf(x[i])); }
#endif

/* a b + c, rounded once where the processor can. */
INLINE real fused_one(real a, real b, real c)
{
#if !HAS_FMA
    return a * b + c;
#elif IS_DOUBLE
    return __builtin_fma(a, b, c);
#else
    return __builtin_fmaf(a, b, c);
#endif
}
INLINE vector fused(vector a, vector b, vector c) { LANE_BY_LANE(fused_one(a[i], b[i], c[i])); }

/* The lanes of two vectors in turn, a0 b0 a1 b1 ...: of their lower halves, and of their upper halves. */
#if VECTOR_BYTES / (IS_DOUBLE ? 8 : 4) == 2
#define LOWER 0, 2
#define UPPER 1, 3
#elif VECTOR_BYTES / (IS_DOUBLE ? 8 : 4) == 4
#define LOWER 0, 4, 1, 5
#define UPPER 2, 6, 3, 7
#elif VECTOR_BYTES / (IS_DOUBLE ? 8 : 4) == 8
#define LOWER 0, 8, 1, 9, 2, 10, 3, 11
#define UPPER 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOWER 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define UPPER 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif
#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (mask){__VA_ARGS__})
#endif
INLINE vector X(lower)(vector a, vector b) { return SHUFFLE(a, b, LOWER); }
INLINE vector X(upper)(vector a, vector b) { return SHUFFLE(a, b, UPPER); }
#undef LOWER
#undef UPPER
#undef SHUFFLE

/* A square of WIDTH rows, turned: taking rows i and i + WIDTH / 2 in turn, log2 WIDTH times, makes columns of rows. */
INLINE void X(turn)(vector *row)
{
    for (int done = 1; done < WIDTH; done *= 2) {
        vector t[WIDTH];
        UNROLL for (int i = 0; i < WIDTH / 2; i++) {
            t[2 * i] = X(lower)(row[i], row[i + WIDTH / 2]);
            t[2 * i + 1] = X(upper)(row[i], row[i + WIDTH / 2]);
        }
        UNROLL for (int i = 0; i < WIDTH; i++) row[i] = t[i];
    }
}

/* A matrix whose columns are contiguous, written row by row; squares at the edges may overlap those before them. */
INLINE void X(turn_matrix)(int64_t rows, int64_t columns, const real *from, int64_t column, real *to, int64_t row_to)
{
    for (int64_t r = 0; r < rows; r += WIDTH) {
        if (r + WIDTH > rows) r = rows - WIDTH;
        for (int64_t c = 0; c < columns; c += WIDTH) {
            if (c + WIDTH > columns) c = columns - WIDTH;
            vector square[WIDTH];
            UNROLL for (int i = 0; i < WIDTH; i++) square[i] = load(from + (c + i) * column + r);
            X(turn)(square);
            UNROLL for (int i = 0; i < WIDTH; i++) store(to + (r + i) * row_to + c, square[i]);
        }
    }
}

/* A window of LANES numbers that begins at number t has its last t bits set. */
static const X(integer) X(last_lanes)[2 * LANES] = {
#define ZEROS 0, 0, 0, 0, 0, 0, 0, 0
#define ONES -1, -1, -1, -1, -1, -1, -1, -1
#if IS_DOUBLE
    ZEROS, ONES
#else
    ZEROS, ZEROS, ONES, ONES
#endif
};

/* The sums of n rows, each of which is there as LANES running sums. These are halved, the upper half added to the lower
   one, until one is left: the same order in every table. Rows are halved together, WIDTH of them, as `turn` turns them;
   where that would be just a few, one after the other. */
INLINE void X(sums_of_lanes)(const int n, const vector (*part)[PARTS], real *sum)
{
    if (WIDTH < 8) {
        for (int k = 0; k < n; k++) {
            real lane[LANES];
            for (int p = 0; p < PARTS; p++) store(lane + p * WIDTH, part[k][p]);
            for (int half = LANES / 2; half; half /= 2)
                for (int i = 0; i < half; i++) lane[i] += lane[i + half];
            sum[k] = lane[0];
        }
        return;
    }
    UNROLL for (int first = 0; first < n; first += WIDTH) {
        vector row[WIDTH];
        UNROLL for (int i = 0; i < WIDTH; i++) {
            vector half[PARTS];
            UNROLL for (int p = 0; p < PARTS; p++) half[p] = first + i < n ? part[first + i][p] : all(0);
            UNROLL for (int m = PARTS / 2; m; m /= 2)
                UNROLL for (int p = 0; p < m; p++) half[p] += half[p + m];
            row[i] = half[0];
        }
        UNROLL for (int m = WIDTH / 2; m; m /= 2)
            UNROLL for (int i = 0; i < m; i++) row[i] = X(lower)(row[i], row[i + m]) + X(upper)(row[i], row[i + m]);
        store(sum + first, row[0]);
    }
}
