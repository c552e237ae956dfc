/* str.h - text as a borrowed slice.
 *
 * A str points into memory that somebody else owns and does not end in NUL.
 * It stays good as long as that memory does; cutting it copies nothing.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

/* A string literal as a slice, also in constant initialisers. */
#define STR(literal)                                                                     \
    {                                                                                    \
        "" literal, sizeof(literal) - 1                                                  \
    }
#define STR_OF(literal) ((struct str)STR(literal))

/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).p

/* NULL gives the empty slice. */
struct str str_from(const char *text);

/* Inline, since nearly all that are compared differ in length or are equal. */
static inline bool str_equal(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_equal_ignoring_case(struct str a, struct str b); /* ASCII */
bool str_starts_with(struct str s, struct str head);
bool str_ends_with(struct str s, struct str tail);
bool str_contains(struct str s, struct str part);

/* Byte order, shorter first where one begins with the other. */
int str_compare(struct str a, struct str b);

/* As str_compare, but runs of digits compare as numbers: "battery/9" < "battery/10". */
int str_compare_natural(struct str a, struct str b);

/* Everything up to the first separator; *rest moves behind it, or is emptied. */
struct str str_cut(struct str *rest, char separator);

/* Without blanks and tabs at both ends. */
struct str str_trim(struct str s);

/* Without the first n bytes; n is at most s.n. */
static inline struct str str_skip(struct str s, size_t n)
{
    return (struct str){s.p + n, s.n - n};
}

/* Whole of s is a decimal number of at most max, without sign or blanks. */
bool str_to_unsigned(struct str s, uint64_t max, uint64_t *out_number);

/* A 64-bit hash (FNV-1a) that starts from seed, so that parts can be chained. */
uint64_t str_hash(struct str s, uint64_t seed);
#define STR_HASH_SEED UINT64_C(0xcbf29ce484222325)

#endif
