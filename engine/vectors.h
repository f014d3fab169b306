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
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif
#define INLINE static inline __attribute__((always_inline))

#define load X(load)
#define store X(store)
#define all X(all)
#define choose X(choose)
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
INLINE vector choose(mask which, vector x, vector y) { return (vector)((which & (mask)x) | (~which & (mask)y)); }
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

/* The sum of LANES running sums, halving them: the same order in every table. */
INLINE real X(sum_of_lanes)(const vector *part)
{
    real lane[LANES];
    for (int p = 0; p < PARTS; p++) store(lane + p * WIDTH, part[p]);
    for (int half = LANES / 2; half; half /= 2)
        for (int i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}
