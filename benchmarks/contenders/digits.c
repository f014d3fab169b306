/* A perceptron 64-64-10 on handwritten digits: ReLU, softmax with cross-entropy, Adam, batches of at most 32.
   A batch lies in memory with its samples last, 32 columns always, so that the innermost loops have a constant length;
   columns beyond a short batch have no error. theta is W1 (64, 64), b1, W2 (10, 64), b2. */

#include <tgmath.h> /* exp and sqrt of a float are floats */
#undef I /* the imaginary unit */
#include <string.h>

enum { I = 64, H = 64, O = 10, B = 32, P = H * I + H + O * H + O };

static inline void product(const REAL *restrict W, const REAL *restrict b, const REAL (*restrict a)[B],
                           REAL (*restrict z)[B], int outputs, int inputs)
{
    for (int o = 0; o < outputs; o++) {
        REAL row[B];
        for (int s = 0; s < B; s++) row[s] = b[o];
        for (int i = 0; i < inputs; i++)
            for (int s = 0; s < B; s++) row[s] += W[o * inputs + i] * a[i][s];
        memcpy(z[o], row, sizeof row);
    }
}

static inline void gradients(const REAL (*restrict dz)[B], const REAL (*restrict a)[B], REAL *restrict dW,
                             REAL *restrict db, int outputs, int inputs)
{
    for (int o = 0; o < outputs; o++) {
        REAL sum = 0;
        for (int s = 0; s < B; s++) sum += dz[o][s];
        db[o] = sum;
        for (int i = 0; i < inputs; i++) {
            REAL dot = 0;
            for (int s = 0; s < B; s++) dot += dz[o][s] * a[i][s];
            dW[o * inputs + i] = dot;
        }
    }
}

void train(REAL *restrict theta, REAL *restrict state, const REAL *x, const int *y, const int *orders, long n, long epochs,
           double rate)
{
    static REAL a[I][B], h[H][B], z[O][B], dh[H][B];
    REAL *W1 = theta, *b1 = W1 + H * I, *W2 = b1 + H, *b2 = W2 + O * H;
    REAL *g = state, *m = g + P, *v = m + P, *dW1 = g, *db1 = dW1 + H * I, *dW2 = db1 + H, *db2 = dW2 + O * H;
    double power1 = 1, power2 = 1;
    for (long first = 0; first < epochs * n;) {
        long left = n - first % n;
        int size = left < B ? left : B;
        const int *rows = orders + first;
        first += size;
        for (int s = 0; s < size; s++)
            for (int i = 0; i < I; i++) a[i][s] = x[rows[s] * I + i];

        product(W1, b1, a, h, H, I);
        for (int o = 0; o < H; o++)
            for (int s = 0; s < B; s++) h[o][s] = h[o][s] > 0 ? h[o][s] : 0;
        product(W2, b2, h, z, O, H);

        REAL top[B], sum[B] = {0};
        memcpy(top, z[0], sizeof top);
        for (int o = 1; o < O; o++)
            for (int s = 0; s < B; s++) top[s] = z[o][s] > top[s] ? z[o][s] : top[s];
        for (int o = 0; o < O; o++)
            for (int s = 0; s < B; s++) sum[s] += z[o][s] = exp(z[o][s] - top[s]);
        for (int o = 0; o < O; o++)
            for (int s = 0; s < B; s++) z[o][s] = s < size ? z[o][s] / sum[s] / size : 0;
        for (int s = 0; s < size; s++) z[y[rows[s]]][s] -= (REAL)1 / size;

        memset(dh, 0, sizeof dh);
        for (int o = 0; o < O; o++)
            for (int i = 0; i < H; i++)
                for (int s = 0; s < B; s++) dh[i][s] += W2[o * H + i] * z[o][s];
        for (int i = 0; i < H; i++)
            for (int s = 0; s < B; s++) dh[i][s] = h[i][s] > 0 ? dh[i][s] : 0;
        gradients(z, h, dW2, db2, O, H);
        gradients(dh, a, dW1, db1, H, I);

        power1 *= 0.9, power2 *= 0.999;
        REAL alpha = rate / (1 - power1), root = 1 / sqrt(1 - power2), epsilon = 1e-8;
        for (int p = 0; p < P; p++) {
            m[p] = (REAL)0.9 * m[p] + (REAL)0.1 * g[p];
            v[p] = (REAL)0.999 * v[p] + (REAL)0.001 * g[p] * g[p];
            theta[p] -= alpha * m[p] / (sqrt(v[p]) * root + epsilon);
        }
    }
}
