/* go_duration.c - see go_duration.h */
#include "web/go_duration.h"

#include "base/ascii.h"

#define SECOND_NS INT64_C(1000000000)
#define DURATION_MAX_NS (INT64_C(100) * 365 * 24 * 3600 * SECOND_NS)

/* A word stands before those that it begins with. */
static const struct {
    struct str word;
    int64_t ns;
} units[] = {
    {STR("ns"), 1},
    {STR("us"), 1000},
    {STR("\xc2\xb5s"), 1000}, /* the micro sign */
    {STR("\xce\xbcs"), 1000}, /* the Greek letter */
    {STR("ms"), 1000000},
    {STR("s"), SECOND_NS},
    {STR("m"), 60 * SECOND_NS},
    {STR("h"), 3600 * SECOND_NS},
};

/* Takes a unit off the front; 0 if there is none. */
static int64_t cut_unit(struct str *text)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!str_starts_with(*text, units[i].word))
            continue;
        *text = str_skip(*text, units[i].word.n);
        return units[i].ns;
    }
    return 0;
}

static struct str cut_digits(struct str *text)
{
    struct str digits = {text->p, ascii_run(*text, ascii_is_digit)};

    *text = str_skip(*text, digits.n);
    return digits;
}

/* The part behind the point, cut at a nanosecond. */
static int64_t fraction_ns(struct str digits, int64_t unit_ns)
{
    int64_t total = 0;

    for (size_t i = 0; i < digits.n && unit_ns % 10 == 0; i++) {
        unit_ns /= 10;
        total += (digits.p[i] - '0') * unit_ns;
    }
    return total;
}

/* Takes "1.5h" off the front and adds it to *total; the sum stays below the maximum. */
static bool cut_part(struct str *text, int64_t *total)
{
    struct str whole = cut_digits(text);
    struct str fraction = STR("");
    uint64_t number = 0;

    if (text->n && text->p[0] == '.') {
        *text = str_skip(*text, 1);
        fraction = cut_digits(text);
    }
    if (whole.n + fraction.n == 0 ||
        (whole.n && !str_to_unsigned(whole, DURATION_MAX_NS, &number)))
        return false;
    int64_t unit_ns = cut_unit(text);
    if (unit_ns == 0 || (int64_t)number > DURATION_MAX_NS / unit_ns)
        return false;
    *total += (int64_t)number * unit_ns + fraction_ns(fraction, unit_ns);
    return *total < DURATION_MAX_NS;
}

bool go_duration_parse(struct str text, int64_t *out_ns)
{
    int64_t total = 0;

    if (text.n == 0)
        return false;
    if (!str_equal(text, STR_OF("0")))
        while (text.n)
            if (!cut_part(&text, &total))
                return false;
    *out_ns = total;
    return true;
}
