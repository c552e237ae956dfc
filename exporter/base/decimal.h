/* decimal.h - a double as the decimal number that people wrote.
 *
 * 22.9 % is 0.229, not 0.22899999999999998: scaling is done on the shortest decimal
 * number that reads back as the double, then rounded once.
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* mantissa * 10^exponent; at most 17 digits after decimal_from. */
struct decimal {
    int64_t mantissa;
    int exponent;
};

/* Longest text that decimal_print writes, without NUL. */
#define DECIMAL_TEXT_MAX 32

/* The shortest decimal number that reads back as value.  value is finite. */
struct decimal decimal_from(double value);

/* a * b, exactly; false if it does not fit. */
bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *out_product);

/* The nearest double. */
double decimal_to_double(struct decimal decimal);

/* Prints value as a number of the text formats: integers plainly, else the shortest
 * digits that read back equal, with an exponent where that is shorter.  NaN and
 * infinities as NaN, +Inf, -Inf.  Returns the length; writes no NUL. */
size_t decimal_print(double value, char out_text[DECIMAL_TEXT_MAX]);

#endif
