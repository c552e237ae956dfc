/* decimal_test.c - numbers are printed as people wrote them, and scaled exactly. */
#include "check.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

#define RANDOM_ROUNDS 300000

static struct str printed(double value, char text[DECIMAL_TEXT_MAX])
{
    return (struct str){text, decimal_print(value, text)};
}

static void prints_the_shortest_that_reads_back(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {81, "81"},
        {-44.8, "-44.8"},
        {0.229, "0.229"},
        {0.1, "0.1"},
        {1e-4, "0.0001"},
        {1.5e-9, "1.5e-09"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {4243677184, "4243677184"},
        {1e20, "100000000000000000000"},
        {1e21, "1e+21"},
        {18446744073709551615.0, "18446744073709552000"},
        {53.18000030517578, "53.18000030517578"},
        {0.30000000000000004, "0.30000000000000004"},
        {123456.789012, "123456.789012"},
        {NAN, "NaN"},
        {INFINITY, "+Inf"},
        {-INFINITY, "-Inf"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[DECIMAL_TEXT_MAX];
        check_str(printed(cases[i].value, text), cases[i].text);
    }
}

/* A small generator: the same numbers in each run, whatever the C library. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void every_finite_double_reads_back(void **state)
{
    uint64_t seed = 88172645463325252U;
    (void)state;

    for (int i = 0; i < RANDOM_ROUNDS; i++) {
        uint64_t bits = next_random(&seed);
        char text[DECIMAL_TEXT_MAX + 1];
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        text[decimal_print(value, text)] = '\0';
        assert_true(strtod(text, NULL) == value);
    }
}

static double scaled(double value, double factor)
{
    struct decimal product;

    assert_true(decimal_multiply(decimal_from(value), decimal_from(factor), &product));
    return decimal_to_double(product);
}

/* 2^53 + 1 is no double: a mantissa beyond 2^53 would be rounded, then the result. */
static void a_long_mantissa_is_rounded_once(void **state)
{
    const int64_t two_to_53 = INT64_C(1) << 53;
    (void)state;

    for (int64_t mantissa = two_to_53 - 3; mantissa <= two_to_53 + 3; mantissa++)
        for (int exponent = -25; exponent <= 25; exponent++) {
            char text[64];
            (void)snprintf(text, sizeof text, "%" PRId64 "e%d", mantissa, exponent);
            double expected = strtod(text, NULL);
            assert_true(decimal_to_double((struct decimal){mantissa, exponent}) ==
                        expected);
            assert_true(decimal_to_double((struct decimal){-mantissa, exponent}) ==
                        -expected);
        }
}

static void percent_becomes_a_ratio_without_noise(void **state)
{
    (void)state;

    for (int tenths = 0; tenths <= 1000; tenths++) {
        char percent[32], expected[32], text[DECIMAL_TEXT_MAX];
        (void)snprintf(percent, sizeof percent, "%d.%d", tenths / 10, tenths % 10);
        (void)snprintf(expected, sizeof expected, "%de-3", tenths);
        double ratio = scaled(strtod(percent, NULL), 0.01);
        assert_true(ratio == strtod(expected, NULL));
        assert_true(printed(ratio, text).n <= 5); /* 0.229 */
    }
}

static void kilowatt_hours_become_whole_joules(void **state)
{
    (void)state;

    for (int hundredths = 0; hundredths < 200000; hundredths += 7) {
        char text[32];
        (void)snprintf(text, sizeof text, "%de-2", hundredths);
        assert_true(scaled(strtod(text, NULL), 3600000) == hundredths * 36000.0);
    }
}

static void refuses_a_product_that_does_not_fit(void **state)
{
    struct decimal product = {7, 7};
    const struct decimal large = {INT64_MAX / 2, 0};
    (void)state;

    assert_false(decimal_multiply(large, (struct decimal){36, 5}, &product));
    assert_int_equal(product.mantissa, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_the_shortest_that_reads_back),
        cmocka_unit_test(every_finite_double_reads_back),
        cmocka_unit_test(a_long_mantissa_is_rounded_once),
        cmocka_unit_test(percent_becomes_a_ratio_without_noise),
        cmocka_unit_test(kilowatt_hours_become_whole_joules),
        cmocka_unit_test(refuses_a_product_that_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
