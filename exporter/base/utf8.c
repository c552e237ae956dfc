/* utf8.c - see utf8.h */
#include "base/utf8.h"

#include <stdint.h>

static const struct str replacement = STR("\xef\xbf\xbd");

struct lead {
    unsigned char mask, bits;
    size_t length;
    uint32_t least; /* smaller ones are overlong */
};

static const struct lead leads[] = {
    {0x80, 0x00, 1, 0x0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

static const struct lead *find_lead(unsigned char first)
{
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
        if ((first & leads[i].mask) == leads[i].bits)
            return &leads[i];
    return NULL;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

size_t utf8_character(struct str s)
{
    if (s.n && (unsigned char)s.p[0] < 0x80)
        return 1;
    const struct lead *lead = s.n ? find_lead((unsigned char)s.p[0]) : NULL;

    if (!lead || s.n < lead->length)
        return 0;
    uint32_t code = (unsigned char)s.p[0] & (unsigned char)~lead->mask;
    for (size_t i = 1; i < lead->length; i++) {
        if (!is_continuation(s.p[i]))
            return 0;
        code = code << 6 | ((unsigned char)s.p[i] & 0x3f);
    }
    bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    return code >= lead->least && code <= 0x10ffff && !is_surrogate ? lead->length : 0;
}

bool utf8_is_valid(struct str s)
{
    while (s.n) {
        size_t n = utf8_character(s);
        if (n == 0)
            return false;
        s = str_skip(s, n);
    }
    return true;
}

/* A broken lead takes its continuation bytes with it: one mark for one character. */
static size_t broken_length(struct str s)
{
    size_t n = 1;

    if (!is_continuation(s.p[0]))
        while (n < s.n && n < 4 && is_continuation(s.p[n]))
            n++;
    return n;
}

void utf8_repair(struct str s, struct buf *out)
{
    while (s.n) {
        size_t n = utf8_character(s);
        if (n) {
            buf_add(out, (struct str){s.p, n});
        } else {
            buf_add(out, replacement);
            n = broken_length(s);
        }
        s = str_skip(s, n);
    }
}

struct str utf8_cut(struct str s, size_t max)
{
    if (s.n <= max)
        return s;
    size_t n = max;
    while (n && is_continuation(s.p[n]))
        n--;
    return (struct str){s.p, n};
}
