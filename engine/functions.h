/* exp and its relatives, a vector at a time. */
#define v_exp X(v_exp)
#define v_expm1 X(v_expm1)
#define v_log X(v_log)
#define v_tanh X(v_tanh)
#define v_logaddexp X(v_logaddexp)
#define between X(between)

INLINE vector between(vector x, real low, real high)
{   /* NaN stays NaN */
    x = choose(x < low, all(low), x);
    return choose(x > high, all(high), x);
}

/* e^x = 2^k e^r, with k the whole number next to x / ln 2, so that |r| <= ln 2 / 2, and a polynomial for e^r.

   Adding 1.5 2^52 rounds to a whole number, which then stands in the low bits. ln 2 is subtracted in two parts, the first
   of so few digits that its product with k is exact. And 2^k is multiplied in two halves, so that results overflow, and
   underflow gradually, where they should. */
INLINE vector v_exp(vector x)
{
#if IS_DOUBLE
    enum { MANTISSA = 52, BIAS = 1023 };
    const real round = 0x1.8p52, log2_e = 0x1.71547652b82fep+0, ln2 = 0x1.62e42feep-1, ln2_rest = 0x1.a39ef35793c76p-33;
    x = between(x, -760, 720);
#else
    enum { MANTISSA = 23, BIAS = 127 };
    const real round = 0x1.8p23f, log2_e = 0x1.715476p+0f, ln2 = 0x1.62e4p-1f, ln2_rest = 0x1.7f7d1cp-20f;
    x = between(x, -110, 100);
#endif
    vector k = fused(x, all(log2_e), all(round)) - round;
    vector r = fused(k, all(-ln2_rest), fused(k, all(-ln2), x));
    vector half = fused(k, all((real)0.5), all(round + BIAS)), rest = (k - (half - (round + BIAS))) + (round + BIAS);

    /* e^r = 1 + r + r^2 q(r), where q interpolates (e^r - 1 - r) / r^2 at Chebyshev's points of |r| <= 0.3466. */
#if IS_DOUBLE
    const real q0 = 0x1.0000000000001p-1, q1 = 0x1.5555555555556p-3, q2 = 0x1.5555555553d64p-5, q3 = 0x1.11111111109b4p-7,
               q4 = 0x1.6c16c1788b646p-10, q5 = 0x1.a01a01a7c3d59p-13, q6 = 0x1.a019b90eefe8ep-16,
               q7 = 0x1.71de0daf7a6ccp-19, q8 = 0x1.2891834686c7ep-22, q9 = 0x1.af38a71a18cb9p-26;
    vector r2 = r * r, r4 = r2 * r2;
    vector q01 = fused(r, all(q1), all(q0)), q23 = fused(r, all(q3), all(q2)), q45 = fused(r, all(q5), all(q4));
    vector q67 = fused(r, all(q7), all(q6)), q89 = fused(r, all(q9), all(q8));
    vector q = fused(r4, fused(r4, q89, fused(r2, q67, q45)), fused(r2, q23, q01));
#else
    const real q0 = 0x1.0p-1f, q1 = 0x1.5554dcp-3f, q2 = 0x1.55551ap-5f, q3 = 0x1.120b6cp-7f, q4 = 0x1.6d1106p-10f;
    vector r2 = r * r;
    vector q = fused(r2, fused(r2, all(q4), fused(r, all(q3), all(q2))), fused(r, all(q1), all(q0)));
#endif
    vector p = fused(r2, q, r) + 1;
    return p * (vector)((bits)half << MANTISSA) * (vector)((bits)rest << MANTISSA);
}

/* The others are the C library's, number by number. */
#if IS_DOUBLE
INLINE vector v_expm1(vector x) { LANE_BY_LANE(expm1(x[i])); }
INLINE vector v_log(vector x) { LANE_BY_LANE(log(x[i])); }
INLINE vector v_tanh(vector x) { LANE_BY_LANE(tanh(x[i])); }
INLINE vector v_logaddexp(vector x, vector y)
{   /* max + log(1 + e^-|x - y|), and where x - y is infinity - infinity: x + log 2, as NumPy does */
    LANE_BY_LANE(x[i] == y[i] ? x[i] + 0x1.62e42fefa39efp-1 : (x[i] > y[i] ? x[i] : y[i]) + log1p(exp(-fabs(x[i] - y[i]))));
}
#else
INLINE vector v_expm1(vector x) { LANE_BY_LANE(expm1f(x[i])); }
INLINE vector v_log(vector x) { LANE_BY_LANE(logf(x[i])); }
INLINE vector v_tanh(vector x) { LANE_BY_LANE(tanhf(x[i])); }
INLINE vector v_logaddexp(vector x, vector y)
{
    LANE_BY_LANE(x[i] == y[i] ? x[i] + 0x1.62e42fefa39efp-1f : (x[i] > y[i] ? x[i] : y[i]) + log1pf(expf(-fabsf(x[i] - y[i]))));
}
#endif
