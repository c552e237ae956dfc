/* basic_credentials.c - see basic_credentials.h */
#include "web/basic_credentials.h"

#include <stdint.h>
#include <string.h>

#define GROUP_BYTES 4 /* of base64: they hold three */

/* -1 for what is no digit of base64. */
static int digit_value(char c)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(digits, c) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* Up to two "=" at the end of a group stand for bytes that are not there. */
static size_t padding(const char *group)
{
    if (group[3] != '=')
        return 0;
    return group[2] == '=' ? 2 : 1;
}

/* Adds the bytes of a group; is_last: there may be padding. */
static bool decode_group(const char *group, bool is_last, struct buf *out)
{
    size_t missing = is_last ? padding(group) : 0;
    uint32_t bits = 0;

    for (size_t i = 0; i < GROUP_BYTES; i++) {
        int value = i < GROUP_BYTES - missing ? digit_value(group[i]) : 0;
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
    }
    for (size_t i = 0; i < 3 - missing; i++)
        buf_add_char(out, (char)(bits >> (16 - 8 * i) & 0xff));
    return true;
}

static bool decode(struct str text, struct buf *out)
{
    if (text.n == 0 || text.n % GROUP_BYTES != 0)
        return false;
    for (size_t at = 0; at < text.n; at += GROUP_BYTES)
        if (!decode_group(text.p + at, at + GROUP_BYTES == text.n, out))
            return false;
    return !out->failed;
}

static bool has_colon(struct str text)
{
    return text.n && memchr(text.p, ':', text.n);
}

bool basic_credentials_parse(struct str header, struct buf *out,
                             struct basic_credentials *out_credentials)
{
    struct str scheme = str_cut(&header, ' ');

    if (!str_equal_ignoring_case(scheme, STR_OF("Basic")) ||
        !decode(str_trim(header), out) || !has_colon(buf_str(out)))
        return false;
    struct str password = buf_str(out);
    out_credentials->user = str_cut(&password, ':');
    out_credentials->password = password;
    return true;
}
