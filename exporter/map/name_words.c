/* name_words.c - see name_words.h */
#include "map/name_words.h"

#include "base/ascii.h"

static bool is_in_word(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c);
}

static bool begins_word(struct str text, size_t i)
{
    if (!ascii_is_upper(text.p[i]))
        return false;
    return !ascii_is_upper(text.p[i - 1]) ||
           (i + 1 < text.n && ascii_is_lower(text.p[i + 1]));
}

struct str name_word_cut(struct str *rest)
{
    while (rest->n && !is_in_word(rest->p[0]))
        *rest = str_skip(*rest, 1);
    struct str word = {rest->p, rest->n > 0};
    while (word.n < rest->n && is_in_word(rest->p[word.n]) && !begins_word(*rest, word.n))
        word.n++;
    *rest = str_skip(*rest, word.n);
    return word;
}
