/* secret_words.c - see secret_words.h
 *
 * Words rather than a list of paths: the next firmware invents the next password, and
 * nobody would update a list in time.
 */
#include "map/secret_words.h"

#include <stddef.h>

#include "base/ascii.h"
#include "map/name_words.h"

/* Long enough to mean nothing else wherever they stand. */
static const struct str parts[] = {
    STR("apikey"), STR("credential"), STR("passcode"), STR("passphrase"),
    STR("passwd"), STR("password"),   STR("pincode"),  STR("privatekey"),
    STR("qrcode"), STR("secret"),     STR("ssid"),     STR("token"),
};

/* Short ones: they count only as a whole word ("PIN", not "Pinned" or "Monkey"). */
static const struct str words[] = {
    STR("key"), STR("keys"), STR("pin"),   STR("pins"),
    STR("psk"), STR("puk"),  STR("users"), STR("wpa"),
};

static bool contains_ignoring_case(struct str text, struct str part)
{
    for (; text.n >= part.n; text = str_skip(text, 1))
        if (ascii_lower(text.p[0]) == part.p[0] &&
            str_equal_ignoring_case((struct str){text.p, part.n}, part))
            return true;
    return false;
}

/* "PUK1" is a PUK. */
static bool is_secret_word(struct str word)
{
    while (word.n && ascii_is_digit(word.p[word.n - 1]))
        word.n--;
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
    for (struct str word; (word = name_word_cut(&text)).n;)
        if (is_secret_word(word))
            return true;
    return false;
}
