/* secret_words.c - see secret_words.h
 *
 * Words rather than a list of paths: the next firmware invents the next password, and
 * nobody would update a list in time.
 */
#include "map/secret_words.h"

#include <stddef.h>

/* Long enough to mean nothing else wherever they stand. */
static const struct str parts[] = {
    STR("apikey"),   STR("credential"), STR("passcode"), STR("passphrase"),
    STR("passwd"),   STR("password"),   STR("pincode"),  STR("privatekey"),
    STR("qrcode"),   STR("secret"),     STR("ssid"),     STR("token"),
};

/* Short ones: they count only as a whole word ("PIN", not "Pinned" or "Monkey"). */
static const struct str words[] = {
    STR("key"), STR("keys"), STR("pin"),   STR("pins"),
    STR("psk"), STR("puk"),  STR("users"), STR("wpa"),
};

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool contains_ignoring_case(struct str text, struct str part)
{
    for (; text.n >= part.n; text = str_skip(text, 1))
        if (str_equal_ignoring_case((struct str){text.p, part.n}, part))
            return true;
    return false;
}

/* A new word begins at "aB", and at the last capital of "ABc". */
static bool is_boundary(struct str text, size_t i)
{
    if (!is_upper(text.p[i]))
        return is_lower(text.p[i]) != (is_lower(text.p[i - 1]) || is_upper(text.p[i - 1]));
    return !is_upper(text.p[i - 1]) || (i + 1 < text.n && is_lower(text.p[i + 1]));
}

/* Takes the next run of characters up to a boundary off the front. */
static struct str cut_word(struct str *rest)
{
    struct str word = {rest->p, 1};

    while (word.n < rest->n && !is_boundary(*rest, word.n))
        word.n++;
    *rest = str_skip(*rest, word.n);
    return word;
}

static bool is_secret_word(struct str word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal_ignoring_case(word, words[i]))
            return true;
    return false;
}

bool secret_words_in(struct str text)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (contains_ignoring_case(text, parts[i]))
            return true;
    while (text.n)
        if (is_secret_word(cut_word(&text)))
            return true;
    return false;
}
