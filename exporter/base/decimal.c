/* decimal.c - see decimal.h */
#include "base/decimal.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* Up to here every integer, and every power of ten that we divide by, is exact. */
#define EXACT_INTEGER_MAX (INT64_C(1) << 53)
#define EXACT_POWER_MAX 22

/* More decimals than this are rare in what a GX sends; then printf decides. */
#define FAST_DECIMALS_MAX 6

static const double powers[EXACT_POWER_MAX + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* Tries value = m / 10^k for small k; one division of exact numbers rounds once,
 * so equality proves that m / 10^k reads back as value. */
static bool from_few_decimals(double value, struct decimal *out)
{
    for (int k = 0; k <= FAST_DECIMALS_MAX; k++) {
        double m = rint(value * powers[k]);
        /* 15 digits: no shorter one exists */
        if (fabs(m) >= (double)EXACT_INTEGER_MAX / 8)
            return false;
        if (m / powers[k] == value) {
            *out = (struct decimal){(int64_t)m, -k};
            return true;
        }
    }
    return false;
}

/* Takes apart what printf("%e") made: -d.ddde-XX. */
static struct decimal from_scientific(struct str text)
{
    struct decimal decimal = {0, 0};
    bool is_negative = str_starts_with(text, STR_OF("-"));
    struct str exponent = text;
    struct str digits = str_cut(&exponent, 'e');
    uint64_t power = 0;

    for (size_t i = is_negative; i < digits.n; i++)
        if (digits.p[i] != '.')
            decimal.mantissa = decimal.mantissa * 10 + (digits.p[i] - '0');
    if (is_negative)
        decimal.mantissa = -decimal.mantissa;
    (void)str_to_unsigned(str_skip(exponent, 1), INT_MAX, &power);
    decimal.exponent = exponent.p[0] == '-' ? -(int)power : (int)power;
    (void)str_cut(&digits, '.');
    decimal.exponent -= (int)digits.n; /* what stands behind the point */
    return decimal;
}

/* 15, 16 or 17 digits, whichever reads back first; where doubles get sparse, near 0,
 * fewer may do. */
static struct decimal from_printf(double value)
{
    char text[DECIMAL_TEXT_MAX + 8];

    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return from_scientific(str_from(text));
}

static struct decimal without_trailing_zeros(struct decimal decimal)
{
    if (decimal.mantissa == 0)
        return (struct decimal){0, 0};
    while (decimal.mantissa % 10 == 0) {
        decimal.mantissa /= 10;
        decimal.exponent++;
    }
    return decimal;
}

struct decimal decimal_from(double value)
{
    struct decimal decimal;

    if (!from_few_decimals(value, &decimal))
        decimal = from_printf(value);
    return without_trailing_zeros(decimal);
}

bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *out_product)
{
    int64_t product;

    if (__builtin_mul_overflow(a.mantissa, b.mantissa, &product))
        return false;
    *out_product = (struct decimal){product, a.exponent + b.exponent};
    return true;
}

/* Asked of the integer: as a double 2^53 + 1 has become 2^53 already. */
static bool is_exact(int64_t mantissa)
{
    return mantissa >= -EXACT_INTEGER_MAX && mantissa <= EXACT_INTEGER_MAX;
}

double decimal_to_double(struct decimal decimal)
{
    double m = (double)decimal.mantissa;
    int e = decimal.exponent;

    if (is_exact(decimal.mantissa) && e >= -EXACT_POWER_MAX && e <= EXACT_POWER_MAX)
        return e < 0 ? m / powers[-e] : m * powers[e];

    char text[64];
    (void)snprintf(text, sizeof text, "%llde%d", (long long)decimal.mantissa, e);
    return strtod(text, NULL);
}

static size_t print_word(const char *word, char *out_text)
{
    size_t n = strlen(word);

    memcpy(out_text, word, n);
    return n;
}

static size_t print_digits(uint64_t number, char *out_text)
{
    char reversed[20];
    size_t n = 0;

    do {
        reversed[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    for (size_t i = 0; i < n; i++)
        out_text[i] = reversed[n - 1 - i];
    return n;
}

/* Digits with a point set point places from their end, zeros put in where needed. */
static size_t print_fraction(const char *digits, size_t n, size_t point, char *out_text)
{
    size_t length = 0;

    if (point >= n) {
        out_text[length++] = '0';
        out_text[length++] = '.';
        memset(out_text + length, '0', point - n);
        length += point - n;
    } else {
        memcpy(out_text, digits, n - point);
        length = n - point;
        out_text[length++] = '.';
        digits += n - point;
        n = point;
    }
    memcpy(out_text + length, digits, n);
    return length + n;
}

static size_t print_exponent(const char *digits, size_t n, int exponent, char *out_text)
{
    size_t length = 0;

    out_text[length++] = digits[0];
    if (n > 1) {
        out_text[length++] = '.';
        memcpy(out_text + length, digits + 1, n - 1);
        length += n - 1;
    }
    exponent += (int)n - 1;
    return length + (size_t)snprintf(out_text + length, DECIMAL_TEXT_MAX - 1 - length,
                                     "e%+03d", exponent);
}

/* Outside these the plain form is longer than the one with an exponent. */
#define PLAIN_ZEROS_MAX 5
#define PLAIN_DIGITS_MAX 21

size_t decimal_print(double value, char out_text[DECIMAL_TEXT_MAX])
{
    char digits[20];

    if (isnan(value))
        return print_word("NaN", out_text);
    if (isinf(value))
        return print_word(value > 0 ? "+Inf" : "-Inf", out_text);

    struct decimal decimal = decimal_from(value);
    size_t sign = decimal.mantissa < 0;
    if (sign)
        out_text[0] = '-';
    uint64_t magnitude = sign ? (uint64_t)-decimal.mantissa : (uint64_t)decimal.mantissa;
    size_t n = print_digits(magnitude, digits);
    int e = decimal.exponent;
    char *text = out_text + sign;

    if (e >= 0 && n + (size_t)e <= PLAIN_DIGITS_MAX) {
        memcpy(text, digits, n);
        memset(text + n, '0', (size_t)e);
        return sign + n + (size_t)e;
    }
    if (e < 0 && (int)n + e > -PLAIN_ZEROS_MAX)
        return sign + print_fraction(digits, n, (size_t)-e, text);
    return sign + print_exponent(digits, n, e, text);
}
