/* The ends of exp's range. functions.h isn't told their values: where a bound is one that the compiler knows, gcc compares
   and selects, in two instructions; where it is in a register, it takes the minimum or maximum, in one. */
extern const double exp_low_double, exp_high_double;
extern const float exp_low_float, exp_high_float;

const double exp_low_double = -760, exp_high_double = 720;
const float exp_low_float = -110, exp_high_float = 100;
