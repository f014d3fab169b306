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
#define INLINE static inline __attribute__((always_inline))

#define load X(load)
#define store X(store)
#define all X(all)
#define choose X(choose)
#define fused X(fused)
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
#if !HAS_FMA
INLINE vector fused(vector a, vector b, vector c) { return a * b + c; }
#elif IS_DOUBLE
INLINE vector fused(vector a, vector b, vector c) { LANE_BY_LANE(__builtin_fma(a[i], b[i], c[i])); }
#else
INLINE vector fused(vector a, vector b, vector c) { LANE_BY_LANE(__builtin_fmaf(a[i], b[i], c[i])); }
#endif
