/* The reference network, 2-4-4-1, sigmoid after each layer: full batch, gradient descent on half the mean squared error.
   Samples are last: x is (2, n), and every inner loop runs over samples, so that the compiler makes vectors of them.
   theta is (members, 37): weights (O, I), then bias (O), layer by layer. */

#include <tgmath.h> /* exp and sqrt of a float are floats */
#undef I /* the imaginary unit */

enum { P = 37 };

static inline __attribute__((always_inline)) void forward(
    const REAL *restrict W, const REAL *restrict b, const REAL *restrict a, REAL *restrict out, int I, int O, long n)
{
    for (int o = 0; o < O; o++)
        for (long s = 0; s < n; s++) {
            REAL z = b[o];
            for (int i = 0; i < I; i++) z += W[o * I + i] * a[i * n + s];
            out[o * n + s] = 1 / (1 + exp(-z));
        }
}

/* da (O, n) becomes dz; then W and b are moved, and, where it is asked for, the error goes on to below (I, n). */
static inline __attribute__((always_inline)) void backward(
    REAL *restrict W, REAL *restrict b, const REAL *restrict a, const REAL *restrict out, REAL *restrict da,
    REAL *restrict below, int I, int O, long n, REAL rate)
{
    for (long s = 0; s < O * n; s++) da[s] *= out[s] * (1 - out[s]);
    if (below)
        for (int i = 0; i < I; i++)
            for (long s = 0; s < n; s++) {
                REAL e = 0;
                for (int o = 0; o < O; o++) e += W[o * I + i] * da[o * n + s];
                below[i * n + s] = e;
            }
    for (int o = 0; o < O; o++) {
        REAL db = 0;
        for (long s = 0; s < n; s++) db += da[o * n + s];
        b[o] -= rate * db;
        for (int i = 0; i < I; i++) {
            REAL dW = 0;
            for (long s = 0; s < n; s++) dW += da[o * n + s] * a[i * n + s];
            W[o * I + i] -= rate * dW;
        }
    }
}

void train(REAL *theta, const REAL *rates, const REAL *x, const REAL *y, REAL *scratch, long members, long n, long epochs)
{
    REAL *a1 = scratch, *a2 = a1 + 4 * n, *a3 = a2 + 4 * n, *d1 = a3 + n, *d2 = d1 + 4 * n, *d3 = d2 + 4 * n;
    for (long k = 0; k < members; k++) {
        REAL *W1 = theta + k * P, *b1 = W1 + 8, *W2 = b1 + 4, *b2 = W2 + 16, *W3 = b2 + 4, *b3 = W3 + 4;
        for (long epoch = 0; epoch < epochs; epoch++) {
            forward(W1, b1, x, a1, 2, 4, n);
            forward(W2, b2, a1, a2, 4, 4, n);
            forward(W3, b3, a2, a3, 4, 1, n);
            for (long s = 0; s < n; s++) d3[s] = (a3[s] - y[s]) / n;
            backward(W3, b3, a2, a3, d3, d2, 4, 1, n, rates[k]);
            backward(W2, b2, a1, a2, d2, d1, 4, 4, n, rates[k]);
            backward(W1, b1, x, a1, d1, 0, 2, 4, n, rates[k]);
        }
    }
}
