/* ascii.h - classes of characters, whatever the locale. */
#ifndef MAP_ASCII_H
#define MAP_ASCII_H

#include <stdbool.h>

static inline bool ascii_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool ascii_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_letter(char c)
{
    return ascii_is_lower(c) || ascii_is_upper(c);
}

/* Of a name in snake case, but for its first character. */
static inline bool ascii_is_snake(char c)
{
    return ascii_is_lower(c) || ascii_is_digit(c) || c == '_';
}

#endif
