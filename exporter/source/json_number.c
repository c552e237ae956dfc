/* json_number.c - see json_number.h */
#include "source/json_number.h"

#include <math.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/decimal.h"

/* Every whole number of so many digits is an int64_t. */
#define MANTISSA_DIGITS_MAX 18
#define EXPONENT_MAX 100000

/* A number as it is written: its digits without their point. */
struct digits {
    struct decimal decimal; /* good if count is at most MANTISSA_DIGITS_MAX */
    size_t count;           /* without leading zeros */
};

static size_t take_digits(struct str text, struct digits *digits)
{
    size_t n = 0;

    for (; n < text.n && ascii_is_digit(text.p[n]); n++) {
        digits->count += digits->count || text.p[n] != '0';
        if (digits->count <= MANTISSA_DIGITS_MAX)
            digits->decimal.mantissa = digits->decimal.mantissa * 10 + (text.p[n] - '0');
    }
    return n;
}

/* "e-5" and nothing else; 0 if text does not begin so. */
static size_t take_exponent(struct str text, int *out_exponent)
{
    size_t n = 1;
    int exponent = 0;

    if (text.n == 0 || ascii_lower(text.p[0]) != 'e')
        return 0;
    bool is_negative = n < text.n && text.p[n] == '-';
    n += n < text.n && (text.p[n] == '-' || text.p[n] == '+');
    size_t first = n;
    for (; n < text.n && ascii_is_digit(text.p[n]); n++)
        if (exponent < EXPONENT_MAX)
            exponent = exponent * 10 + (text.p[n] - '0');
    *out_exponent = is_negative ? -exponent : exponent;
    return n > first ? n : 0;
}

/* How many bytes the number at the front of text has; 0 if there is none.  "01", "1." and
 * ".5" are none, or end before what makes them wrong. */
static size_t take_number(struct str text, struct digits *digits)
{
    size_t n = text.n && text.p[0] == '-';
    int exponent = 0;

    *digits = (struct digits){.count = 0};
    size_t whole = take_digits(str_skip(text, n), digits);
    if (whole == 0 || (whole > 1 && text.p[n] == '0'))
        return 0;
    n += whole;
    if (n < text.n && text.p[n] == '.') {
        size_t fraction = take_digits(str_skip(text, n + 1), digits);
        if (fraction == 0)
            return 0;
        digits->decimal.exponent = -(int)fraction;
        n += 1 + fraction;
    }
    n += take_exponent(str_skip(text, n), &exponent);
    digits->decimal.exponent += exponent;
    if (text.p[0] == '-')
        digits->decimal.mantissa = -digits->decimal.mantissa;
    return n;
}

/* More digits than a double has; strtod wants an end. */
static double long_number(struct str text, struct buf *scratch)
{
    buf_clear(scratch);
    buf_add(scratch, text);
    buf_add_char(scratch, '\0');
    return scratch->failed ? INFINITY : strtod(scratch->p, NULL);
}

size_t json_number_read(struct str text, struct buf *scratch, double *out_number)
{
    struct digits digits;
    size_t n = take_number(text, &digits);

    if (n)
        *out_number = digits.count <= MANTISSA_DIGITS_MAX
                          ? decimal_to_double(digits.decimal)
                          : long_number((struct str){text.p, n}, scratch);
    return n;
}
