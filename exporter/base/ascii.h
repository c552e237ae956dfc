/* ascii.h - classes of characters, whatever the locale. */
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool ascii_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool ascii_is_letter(char c)
{
    return ascii_is_lower(c) || ascii_is_upper(c);
}

static inline bool ascii_is_hex(char c)
{
    return ascii_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline bool ascii_is_alphanumeric(char c)
{
    return ascii_is_digit(c) || ascii_is_letter(c);
}

/* Of a name in snake case, but for its first character. */
static inline bool ascii_is_snake(char c)
{
    return ascii_is_lower(c) || ascii_is_digit(c) || c == '_';
}

/* Of a name in a network or on a bus: letters, digits, dots, dashes, underscores. */
static inline bool ascii_is_name(char c)
{
    return ascii_is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
}

static inline char ascii_lower(char c)
{
    return ascii_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* How many bytes at the front of text are of a class. */
static inline size_t ascii_run(struct str text, bool (*is_member)(char c))
{
    size_t n = 0;

    while (n < text.n && is_member(text.p[n]))
        n++;
    return n;
}

/* Makes one line of the n bytes at text, whatever stands in them: control bytes become
 * blanks. */
void ascii_flatten(char *text, size_t n);

/* How many bytes at the front of text stand for themselves wherever text is quoted: ASCII
 * without control bytes, double quotes and backslashes.  Quick, since most texts are
 * nothing else. */
size_t ascii_plain_run(struct str text);

#endif
