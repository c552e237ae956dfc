/* number_fuzz.c - two doubles and a text: what is printed reads back, scaling is exact.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/decimal.h"
#include "base/duration.h"
#include "fuzz.h"

static double take_double(struct str *input)
{
    double number = 0;

    for (size_t i = 0; i < sizeof number; i++)
        ((uint8_t *)&number)[i] = fuzz_take_byte(input);
    return number;
}

static double read_back(struct str text)
{
    char copy[DECIMAL_TEXT_MAX + 1] = "";
    char *end;

    memcpy(copy, text.p, text.n);
    double number = strtod(copy, &end);
    CLAIM(end == copy + text.n);
    return number;
}

static void claim_printed(double number)
{
    char digits[DECIMAL_TEXT_MAX];
    struct str text = {digits, decimal_print(number, digits)};

    CLAIM(text.n && text.n <= DECIMAL_TEXT_MAX);
    double again = read_back(text);
    CLAIM(isnan(number) ? isnan(again) : again == number);
    if (fabs(number) < 1e15 && rint(number) == number) {
        char expected[DECIMAL_TEXT_MAX];
        (void)snprintf(expected, sizeof expected, "%" PRId64, (int64_t)number);
        CLAIM(str_equal(text, str_from(expected)));
    }
}

/* The shortest number that people would write for it: no other form has fewer digits. */
static void claim_shortest(double number)
{
    struct decimal decimal = decimal_from(number);
    char digits[32];
    char shorter[64];
    int count = snprintf(digits, sizeof digits, "%" PRId64, decimal.mantissa);

    CLAIM(decimal_to_double(decimal) == number);
    CLAIM(decimal.mantissa == 0 || decimal.mantissa % 10 != 0);
    count -= decimal.mantissa < 0;
    CLAIM(count <= 17);
    if (count > 1) {
        (void)snprintf(shorter, sizeof shorter, "%.*e", count - 2, number);
        CLAIM(strtod(shorter, NULL) != number);
    }
}

/* A product is that of the written numbers, rounded once. */
static void claim_scaled(double number, double scale)
{
    struct decimal product;
    char written[64];

    if (!decimal_multiply(decimal_from(number), decimal_from(scale), &product))
        return;
    (void)snprintf(written, sizeof written, "%" PRId64 "e%d", product.mantissa,
                   product.exponent);
    double scaled = decimal_to_double(product);
    CLAIM(scaled == strtod(written, NULL));
    claim_printed(scaled);
}

static void claim_duration(struct str text)
{
    struct buf printed = buf_new(FUZZ_TEXT_MAX);
    int64_t ms = 0;
    int64_t again = -1;

    if (duration_parse(text, &ms)) {
        CLAIM(ms >= 0);
        duration_print(ms, &printed);
        CLAIM(duration_parse(buf_str(&printed), &again) && again == ms);
    }
    buf_free(&printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = fuzz_input(data, size);
    double number = take_double(&input);
    double scale = take_double(&input);

    claim_printed(number);
    if (isfinite(number))
        claim_shortest(number);
    if (isfinite(number) && isfinite(scale))
        claim_scaled(number, scale);
    claim_duration(input);
    return 0;
}
