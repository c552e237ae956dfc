/* spread.c - see spread.h */
#include "actions/spread.h"

#include "base/ascii.h"

/* What is shorter, or has fewer digits, stands anywhere by chance. */
#define NAME_MIN 2
#define SERIAL_MIN 6
#define SERIAL_DIGITS_MIN 2

/* As long as this, a name with a blank or a letter beyond ASCII is no word of Venus OS,
 * and is found even inside a longer one. */
#define DISTINCT_NAME_MIN 6

static bool is_distinct(char c)
{
    return c == ' ' || (unsigned char)c >= 0x80;
}

static size_t count(struct str text, bool (*is_member)(char c))
{
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++)
        n += is_member(text.p[i]);
    return n;
}

enum spread spread_of(enum datum datum, struct str original)
{
    size_t digits = count(original, ascii_is_digit);

    if (datum == DATUM_MESSAGE)
        return SPREAD_NOWHERE;
    if (datum == DATUM_NAME)
        return original.n >= NAME_MIN && digits < original.n ? SPREAD_TEXTS
                                                             : SPREAD_NOWHERE;
    if (datum == DATUM_SERIAL)
        return original.n >= SERIAL_MIN && digits >= SERIAL_DIGITS_MIN ? SPREAD_EVERYWHERE
                                                                       : SPREAD_NOWHERE;
    return SPREAD_EVERYWHERE;
}

enum edge spread_edge(enum datum datum, struct str original)
{
    if (datum == DATUM_NAME)
        return original.n >= DISTINCT_NAME_MIN && count(original, is_distinct)
                   ? EDGE_ANY
                   : EDGE_NO_WORD;
    if (datum == DATUM_IPV4 || ascii_run(original, ascii_is_digit) == original.n)
        return EDGE_NO_DIGIT;
    return EDGE_NO_ALPHANUMERIC;
}

bool spread_is_free(enum edge edge, struct str text, size_t at, size_t n)
{
    char before = at ? text.p[at - 1] : ' ';
    char after = at + n < text.n ? text.p[at + n] : ' ';

    switch (edge) {
    case EDGE_ANY:
        return true;
    case EDGE_NO_DIGIT:
        return !ascii_is_digit(before) && !ascii_is_digit(after);
    case EDGE_NO_ALPHANUMERIC:
        return !ascii_is_alphanumeric(before) && !ascii_is_alphanumeric(after);
    case EDGE_NO_WORD:
        return !ascii_is_alphanumeric(before) && !ascii_is_alphanumeric(after) &&
               before != '_' && before != '.' && before != '/' && after != '_';
    }
    return false;
}
