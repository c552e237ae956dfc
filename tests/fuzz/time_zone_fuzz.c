/* time_zone_fuzz.c - a TZ string, or behind a 'T' a TZif file: any moment has an offset.
 */
#include "base/arena.h"
#include "config/time_zone.h"
#include "config/time_zone_rule.h"
#include "fuzz.h"

/* Moments worth a look: farther than any clock, of 32 bits, of a leap year. */
static const int64_t moments[] = {
    INT64_MIN / 2, -62135596800, -2147483649, -1,           0,
    951782399,     1709164800,   2147483648,  253402300799, INT64_MAX / 2,
};
#define MOMENT_COUNT (sizeof moments / sizeof *moments)

/* The RFC allows 24 hours and 59 minutes in a rule, and summer is an hour ahead; a file's
 * tables have 32 bits. */
#define RULE_OFFSET_MAX (26 * 3600)

static void try_rule(struct str text)
{
    struct time_zone_rule rule = {0};

    if (!time_zone_rule_parse(text, &rule))
        return;
    for (size_t i = 0; i < MOMENT_COUNT; i++) {
        int64_t offset = time_zone_rule_offset(&rule, moments[i]);
        CLAIM(offset == rule.standard_offset ||
              (rule.has_summer && offset == rule.summer_offset));
        CLAIM(offset >= -RULE_OFFSET_MAX && offset <= RULE_OFFSET_MAX);
    }
}

static void try_file(struct str bytes)
{
    struct arena arena = arena_new(TIME_ZONE_BYTES_MAX);
    const struct time_zone *zone = NULL;
    struct error error = {0};

    if (time_zone_parse(bytes, &arena, &zone, &error) == ERR_OK) {
        for (size_t i = 0; i < MOMENT_COUNT; i++) {
            int64_t offset = time_zone_offset(zone, moments[i]);
            CLAIM(offset >= INT32_MIN && offset <= INT32_MAX);
        }
    } else {
        CLAIM(!zone && error.text[0]);
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = fuzz_input(data, size);

    if (str_starts_with(input, STR_OF("T")))
        try_file(input);
    else
        try_rule(input);
    return 0;
}
