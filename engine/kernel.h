/* Fused kernels for one type: one loop does all instructions of an elementwise operation, and keeps what isn't stored in
   the processor's registers. The catalogue says for which instructions there is one; the tile machine does the others.

   A kernel does rows of n >= WIDTH numbers, each place in a row or one number; what is one number in all of the library's
   rows it reads once. Where n is no multiple of WIDTH the last
   vector overlaps the one before it, so that its operands are read before anything is written. */

/* Each instruction as a function. */
#define FUNCTION(name, n_operands, expression) INLINE vector X(name)(vector x, vector y) { return (void)y, expression; }
ARITHMETIC(FUNCTION)
#undef FUNCTION
#define FUNCTION(name, expression) INLINE vector X(is_##name)(vector x, vector y) { return select(expression, all(1), all(0)); }
COMPARISONS(FUNCTION)
#undef FUNCTION

#define ONE(k) p[k] = load((const real *)place[k].at);
#define READ(k) p[k] = load((const real *)place[k].at + i * place[k].step);
#define DO(name, out, x, y) p[out] = X(name)(p[x], p[y]);
#define WRITE(k) store((real *)place[k].at + i, p[k]);
#define THIS X(PASTE(kernel, __LINE__)) /* a kernel is named by its line of the catalogue */
#define KERNEL(n_operands, n_registers, ones, loads, instructions, stores)          \
    static void THIS(int64_t n, int64_t rows, Place *restrict place)                \
    {                                                                               \
        vector each[n_operands + n_registers], last[n_operands + n_registers];      \
        vector *p = each;                                                           \
        ones p = last;                                                              \
        ones for (; rows > 0; rows--) {                                             \
            if (n % WIDTH) {                                                        \
                const int64_t i = n - WIDTH;                                        \
                p = last;                                                           \
                loads instructions                                                  \
            }                                                                       \
            p = each;                                                               \
            for (int64_t i = 0; i + WIDTH <= n; i += WIDTH) {                       \
                loads instructions stores                                           \
            }                                                                       \
            if (n % WIDTH) {                                                        \
                const int64_t i = n - WIDTH;                                        \
                p = last;                                                           \
                stores                                                              \
            }                                                                       \
            for (int k = 0; k < n_operands; k++) place[k].at += place[k].next;      \
        }                                                                           \
    }
#include "catalogue.h"
#undef KERNEL

static void (*const X(kernels)[])(int64_t n, int64_t rows, Place *restrict place) = {
#define KERNEL(...) THIS,
#include "catalogue.h"
#undef KERNEL
};
#undef ONE
#undef READ
#undef DO
#undef WRITE
#undef THIS
