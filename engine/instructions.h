/* The instructions of the tile machine: the name that Python knows, how many operands, and what it computes from x and y.

   ARITHMETIC maps real numbers to real numbers, COMPARISONS two of them to a bool, or as
   is_greater and so on to 1 or 0; from_bool a bool to 1 or 0.
   Results are NumPy's, bit for bit, except for exp, log, expm1 and tanh, within 2 units in the last place, and
   logaddexp, within 2 units of the larger operand. */
#define ARITHMETIC(each)                                                                    \
    each(copy, 1, x)                                                                        \
    each(negative, 1, -x)                                                                   \
    each(absolute, 1, v_abs(x))                                                             \
    each(sqrt, 1, v_sqrt(x))                                                                \
    each(floor, 1, v_floor(x))                                                              \
    each(exp, 1, v_exp(x))                                                                  \
    each(expm1, 1, v_expm1(x))                                                              \
    each(log, 1, v_log(x))                                                                  \
    each(tanh, 1, v_tanh(x))                                                                \
    each(add, 2, x + y)                                                                     \
    each(subtract, 2, x - y)                                                                \
    each(multiply, 2, x * y)                                                                \
    each(divide, 2, x / y)                                                                  \
    each(maximum, 2, select((x >= y) | (x != x), x, y))                                     \
    each(minimum, 2, select((x <= y) | (x != x), x, y))                                     \
    each(heaviside, 2, select(x == 0, y, select(x > 0, all(1), select(x < 0, all(0), x))))  \
    each(logaddexp, 2, v_logaddexp(x, y))

#define COMPARISONS(each)      \
    each(greater, x > y)       \
    each(greater_equal, x >= y) \
    each(less, x < y)          \
    each(less_equal, x <= y)   \
    each(equal, x == y)        \
    each(not_equal, x != y)

enum {
#define NAME(name, ...) do_##name,
    ARITHMETIC(NAME) COMPARISONS(NAME)
#undef NAME
#define NAME(name, ...) do_is_##name,
    COMPARISONS(NAME) do_from_bool, N_INSTRUCTIONS
#undef NAME
};
