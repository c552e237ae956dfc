/* ascii.c - see ascii.h */
#include "base/ascii.h"

#include <stdint.h>
#include <string.h>

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH_BITS EACH_BYTE(0x80)

/* Not 0 if one of eight bytes is that one. */
static uint64_t find_byte(uint64_t bytes, unsigned char byte)
{
    uint64_t difference = bytes ^ EACH_BYTE(byte);

    return (difference - EACH_BYTE(0x01)) & ~difference & HIGH_BITS;
}

/* Not 0 if one of eight bytes is not plain. */
static uint64_t find_special(uint64_t bytes)
{
    uint64_t is_control = (bytes - EACH_BYTE(0x20)) & ~bytes;

    return ((bytes | is_control) & HIGH_BITS) | find_byte(bytes, '"') |
           find_byte(bytes, '\\');
}

static bool is_plain(char c)
{
    unsigned char byte = (unsigned char)c;

    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

size_t ascii_plain_run(struct str text)
{
    uint64_t bytes;
    size_t n = 0;

    for (; text.n - n >= sizeof bytes; n += sizeof bytes) {
        memcpy(&bytes, text.p + n, sizeof bytes);
        if (find_special(bytes))
            break;
    }
    while (n < text.n && is_plain(text.p[n]))
        n++;
    return n;
}

void ascii_flatten(char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            text[i] = ' ';
}
