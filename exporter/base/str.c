/* str.c - see str.h */
#include "base/str.h"

#include <string.h>

#include "base/ascii.h"

struct str str_from(const char *text)
{
    return (struct str){text ? text : "", text ? strlen(text) : 0};
}

bool str_equal_ignoring_case(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
            return false;
    return true;
}

bool str_starts_with(struct str s, struct str head)
{
    return s.n >= head.n && str_equal((struct str){s.p, head.n}, head);
}

bool str_ends_with(struct str s, struct str tail)
{
    return s.n >= tail.n && str_equal(str_skip(s, s.n - tail.n), tail);
}

bool str_contains(struct str s, struct str part)
{
    for (; s.n >= part.n; s = str_skip(s, 1)) {
        if (str_starts_with(s, part))
            return true;
        if (s.n == 0)
            break;
    }
    return false;
}

int str_compare(struct str a, struct str b)
{
    size_t shorter = a.n < b.n ? a.n : b.n;
    int order = shorter ? memcmp(a.p, b.p, shorter) : 0;

    return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* Takes a run of digits off the front, without its leading zeros. */
static struct str cut_digits(struct str *s)
{
    while (s->n > 1 && s->p[0] == '0' && ascii_is_digit(s->p[1]))
        *s = str_skip(*s, 1);
    struct str digits = {s->p, 0};
    while (digits.n < s->n && ascii_is_digit(s->p[digits.n]))
        digits.n++;
    *s = str_skip(*s, digits.n);
    return digits;
}

static int compare_numbers(struct str a, struct str b)
{
    return a.n != b.n ? (a.n > b.n) - (a.n < b.n) : str_compare(a, b);
}

int str_compare_natural(struct str a, struct str b)
{
    struct str whole_a = a;
    struct str whole_b = b;

    while (a.n && b.n) {
        int order;
        if (ascii_is_digit(a.p[0]) && ascii_is_digit(b.p[0])) {
            struct str number_a = cut_digits(&a);
            struct str number_b = cut_digits(&b);
            order = compare_numbers(number_a, number_b);
        } else {
            order = (unsigned char)a.p[0] - (unsigned char)b.p[0];
            a = str_skip(a, 1);
            b = str_skip(b, 1);
        }
        if (order)
            return order;
    }
    int order = (a.n > 0) - (b.n > 0);
    return order ? order : str_compare(whole_a, whole_b);
}

struct str str_cut(struct str *rest, char separator)
{
    const char *found = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
    struct str head = {rest->p, found ? (size_t)(found - rest->p) : rest->n};

    *rest = str_skip(*rest, found ? head.n + 1 : head.n);
    return head;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct str str_trim(struct str s)
{
    while (s.n && is_blank(s.p[0]))
        s = str_skip(s, 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_to_unsigned(struct str s, uint64_t max, uint64_t *out_number)
{
    uint64_t number = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_digit(s.p[i]))
            return false;
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    if (number > max)
        return false;
    *out_number = number;
    return true;
}

uint64_t str_hash(struct str s, uint64_t seed)
{
    uint64_t hash = seed;

    for (size_t i = 0; i < s.n; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
    return hash;
}
