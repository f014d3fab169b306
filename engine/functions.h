/* exp and its relatives, a vector at a time. */
#define v_exp X(v_exp)
#define v_expm1 X(v_expm1)
#define v_log X(v_log)
#define v_tanh X(v_tanh)
#define v_logaddexp X(v_logaddexp)
#define between X(between)

INLINE real X(one_between)(real x, real low, real high)
{   /* NaN stays NaN */
    x = x < low ? low : x;
    return x > high ? high : x;
}
INLINE vector between(vector x, real low, real high) { LANE_BY_LANE(X(one_between)(x[i], low, high)); }

#if IS_DOUBLE
#define MANTISSA 52
#define BIAS 1023
#define ROUND 0x1.8p52
#define LOG2_E 0x1.71547652b82fep+0
#define LN2 0x1.62e42feep-1
#define LN2_REST 0x1.a39ef35793c76p-33
#else
#define MANTISSA 23
#define BIAS 127
#define ROUND 0x1.8p23f
#define LOG2_E 0x1.715476p+0f
#define LN2 0x1.62e4p-1f
#define LN2_REST 0x1.7f7d1cp-20f
#endif

/* x = k ln 2 + r with a whole number k, |r| <= ln 2 / 2. Returns k, r and q with e^r = 1 + r + r^2 q, and k + 2 BIAS
   in the low bits of `exponent`.

   Adding 1.5 2^52 rounds to a whole number, which then stands in the low bits. ln 2 is subtracted in two parts, the first
   of so few digits that its product with k is exact. q interpolates (e^r - 1 - r) / r^2 at Chebyshev's points of
   |r| <= 0.3466. */
INLINE vector X(whole_part)(vector x, vector *rest, vector *q, bits *exponent)
{
    const real round = (real)ROUND + 2 * BIAS;
    vector rounded = fused(x, all(LOG2_E), all(round)), k = rounded - round;
    *exponent = (bits)rounded;
    vector r = fused(k, all(-LN2_REST), fused(k, all(-LN2), x));
#if IS_DOUBLE
    const real q0 = 0x1.0000000000001p-1, q1 = 0x1.5555555555556p-3, q2 = 0x1.5555555553d64p-5, q3 = 0x1.11111111109b4p-7,
               q4 = 0x1.6c16c1788b646p-10, q5 = 0x1.a01a01a7c3d59p-13, q6 = 0x1.a019b90eefe8ep-16,
               q7 = 0x1.71de0daf7a6ccp-19, q8 = 0x1.2891834686c7ep-22, q9 = 0x1.af38a71a18cb9p-26;
    vector r2 = r * r; /* even powers, odd powers: two chains, and no r^4 */
    vector even = fused(r2, fused(r2, fused(r2, fused(r2, all(q8), all(q6)), all(q4)), all(q2)), all(q0));
    vector odd = fused(r2, fused(r2, fused(r2, fused(r2, all(q9), all(q7)), all(q5)), all(q3)), all(q1));
    *q = fused(r, odd, even);
#else
    const real q0 = 0x1.0p-1f, q1 = 0x1.5554dcp-3f, q2 = 0x1.55551ap-5f, q3 = 0x1.120b6cp-7f, q4 = 0x1.6d1106p-10f;
    vector r2 = r * r;
    *q = fused(r2, fused(r2, all(q4), fused(r, all(q3), all(q2))), fused(r, all(q1), all(q0)));
#endif
    *rest = r;
    return k;
}

/* The range of exp: beyond it lie 0 and infinity. functions.c says why the two are variables. */
extern const real X(exp_low), X(exp_high);

/* 2^k in two factors, so that results overflow, and underflow gradually, where they should. Each is made by moving its
   exponent, half of k + 2 BIAS, to its place. */
INLINE vector v_exp(vector x)
{
    bits exponent;
    vector r, q;
    X(whole_part)(between(x, X(exp_low), X(exp_high)), &r, &q, &exponent);
    bits half = exponent >> 1, other = exponent - half;
    return (fused(r * r, q, r) + 1) * (vector)(half << MANTISSA) * (vector)(other << MANTISSA);
}

#if IS_DOUBLE
/* (e^x - 1) / 2 = sum + third = (2^k - 1) / 2 + 2^k r / 2 + 2^k r^2 q / 2: a half, so that 2^k doesn't overflow before the
   result does. What the sum of the first two loses, and what r lost when it was rounded, is added to the third, which is
   small. */
INLINE vector X(half_of_expm1)(vector x, vector *third)
{
    bits exponent;
    vector r, q, k = X(whole_part)(x, &r, &q, &exponent), half = (vector)((exponent - (BIAS + 1)) << MANTISSA);
    vector lost = fused(k, all(-LN2_REST), fused(k, all(-LN2), x) - r);
    vector first = half - 0.5, second = half * r, sum = first + second;
    *third = fused(half, fused(r * r, q, lost), second - (sum - first));
    return sum;
}

INLINE vector v_expm1(vector x)
{
    vector third, sum = X(half_of_expm1)(between(x, -50, 710), &third);
    return choose(x == 0, x, (sum + third) * 2);
}

/* tanh |x| = h / d, with h = (e^(2 |x|) - 1) / 2 and d = h + 1. What h and d lost when they were rounded is small: it is
   divided by d in multiplying it by 1 / d = 1 - tanh |x|. Where h is large, that has no digits left, and h / d will do. */
INLINE vector v_tanh(vector x)
{
    vector third, sum = X(half_of_expm1)(between(v_abs(x) * 2, 0, 80), &third);
    vector h = sum + third, d = h + 1, y = h / d;
    vector lost = third - (h - sum), lost_of_d = lost + (h - (d - 1));
    y += (lost - y * lost_of_d) * choose(h < 0x1p20, 1 - y, all(0));
    return choose(x == 0, x, choose(x < 0, -y, y));
}

/* x = 2^k (1 + f) with 1 + f from √½ to √2. With s = f / (2 + f), log(1 + f) = f - s (f - s^2 g(s^2)), where
   g interpolates (log(1 + f) - 2 s) / s^3 at Chebyshev's points. Source: the form is fdlibm's, e_log.c. */
INLINE vector v_log(vector x)
{
    const real g0 = 0x1.5555555555558p-1, g1 = 0x1.99999999952b2p-2, g2 = 0x1.2492492df6947p-2, g3 = 0x1.c71c62debf86bp-3, g4 = 0x1.7462b69705382p-3, g5 = 0x1.39fe208c33457p-3, g6 = 0x1.2b5b5fb2eac92p-3;
    const uint64_t root_half = 0x3fe6a09e667f3bcd, shift = (uint64_t)1024 << 52;
    mask tiny = x < 0x1p-1022; /* subnormal: scaled first */
    vector scaled = choose(tiny, x * 0x1p54, x);
    bits exponent = ((bits)scaled - root_half + shift) >> 52;
    vector f = (vector)((bits)scaled - ((exponent - 1024) << 52)) - 1;
    vector k = (vector)(exponent + 0x4338000000000000) - (ROUND + 1024) - choose(tiny, all(54), all(0));
    vector s = f / (f + 2), z = s * s, half_square = f * f * 0.5;
    vector g = fused(z, fused(z, fused(z, fused(z, fused(z, fused(z, all(g6), all(g5)), all(g4)), all(g3)), all(g2)), all(g1)), all(g0));
    vector y = k * LN2 - ((half_square - fused(s, half_square + z * g, k * LN2_REST)) - f);
    y = choose((x > 0) & (x < INFINITY), y, choose(x == 0, all(-INFINITY), choose(x > 0, x, all(NAN))));
    return choose(x != x, x, y);
}

/* max + log(1 + e^-|x - y|), where log(1 + t) = log u + (t - (u - 1)) / u with u = 1 + t, rounded. */
INLINE vector v_logaddexp(vector x, vector y)
{
    vector t = v_exp(-v_abs(x - y)), u = t + 1;
    vector sum = choose((x >= y) | (x != x), x, y) + (v_log(u) + (t - (u - 1)) / u);
    return choose(x == y, x + 0x1.62e42fefa39efp-1, sum); /* where x - y is infinity - infinity, too */
}
#else
/* In float all but exp are computed as doubles. */
#define WIDEN(x, wide) double wide[WIDTH]; for (int i = 0; i < WIDTH; i++) wide[i] = (x)[i]
#define AS_DOUBLES(expression)                                                                    \
    for (int i = 0; i < WIDTH; i += WIDTH / 2) store_double(wide_x + i, expression);              \
    LANE_BY_LANE((float)wide_x[i])
INLINE vector v_expm1(vector x) { WIDEN(x, wide_x); AS_DOUBLES(v_expm1_double(load_double(wide_x + i))); }
INLINE vector v_log(vector x) { WIDEN(x, wide_x); AS_DOUBLES(v_log_double(load_double(wide_x + i))); }
INLINE vector v_tanh(vector x) { WIDEN(x, wide_x); AS_DOUBLES(v_tanh_double(load_double(wide_x + i))); }
INLINE vector v_logaddexp(vector x, vector y)
{
    WIDEN(x, wide_x);
    WIDEN(y, wide_y);
    AS_DOUBLES(v_logaddexp_double(load_double(wide_x + i), load_double(wide_y + i)));
}
#endif
#undef MANTISSA
#undef BIAS
#undef ROUND
#undef LOG2_E
#undef LN2
#undef LN2_REST
