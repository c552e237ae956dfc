/* duration.c - see duration.h */
#include "base/duration.h"

#include "base/ascii.h"

struct duration_unit {
    struct str word;
    int64_t ms;
};

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define DURATION_MAX_MS (100 * 365 * DAY_MS)

/* Largest first: the order in which they may stand. */
static const struct duration_unit units[] = {
    {STR("y"), 365 * DAY_MS}, {STR("w"), 7 * DAY_MS}, {STR("d"), DAY_MS},
    {STR("h"), 3600 * 1000},  {STR("m"), 60 * 1000},  {STR("s"), 1000},
    {STR("ms"), 1},
};
#define UNIT_COUNT (sizeof units / sizeof *units)

/* Takes leading characters that are digits (or are none) off s. */
static struct str cut_while_digit(struct str *s, bool wanted)
{
    struct str head = {s->p, 0};

    while (head.n < s->n && ascii_is_digit(s->p[head.n]) == wanted)
        head.n++;
    *s = str_skip(*s, head.n);
    return head;
}

static size_t find_unit(struct str word, size_t first)
{
    size_t i = first;

    while (i < UNIT_COUNT && !str_equal(units[i].word, word))
        i++;
    return i;
}

bool duration_parse(struct str text, int64_t *out_ms)
{
    int64_t total = 0;
    size_t next_unit = 0;

    if (str_equal(text, STR_OF("0"))) {
        *out_ms = 0;
        return true;
    }
    if (text.n == 0)
        return false;
    while (text.n) {
        uint64_t number;
        if (!str_to_unsigned(cut_while_digit(&text, true), DURATION_MAX_MS, &number))
            return false;
        size_t unit = find_unit(cut_while_digit(&text, false), next_unit);
        if (unit == UNIT_COUNT || (int64_t)number > DURATION_MAX_MS / units[unit].ms)
            return false;
        total += (int64_t)number * units[unit].ms;
        if (total > DURATION_MAX_MS)
            return false;
        next_unit = unit + 1;
    }
    *out_ms = total;
    return true;
}

void duration_print(int64_t ms, struct buf *out)
{
    if (ms == 0)
        buf_add_text(out, "0s");
    for (size_t i = 3; i < UNIT_COUNT; i++) { /* hours are the largest that people read */
        int64_t count = ms / units[i].ms;
        if (count)
            buf_printf(out, "%lld%.*s", (long long)count, STR_ARG(units[i].word));
        ms %= units[i].ms;
    }
}
