/* json_string.c - see json_string.h */
#include "source/json_string.h"

#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/utf8.h"

#define ESCAPE_BYTES 6 /* \uXXXX */

static const struct str replacement = STR("\xef\xbf\xbd");

static bool is_control(char c)
{
    return (unsigned char)c < 0x20;
}

/* ---- escapes ---- */

/* The letter behind a backslash and what it stands for. */
static const char escapes[][2] = {
    {'"', '"'},  {'\\', '\\'}, {'/', '/'},  {'b', '\b'},
    {'f', '\f'}, {'n', '\n'},  {'r', '\r'}, {'t', '\t'},
};

/* The code of the \uXXXX that text begins with; false if it begins otherwise. */
static bool read_code(struct str text, uint32_t *out_code)
{
    uint32_t code = 0;

    if (text.n < ESCAPE_BYTES || text.p[0] != '\\' || text.p[1] != 'u')
        return false;
    for (size_t i = 2; i < ESCAPE_BYTES; i++) {
        char c = ascii_lower(text.p[i]);
        if (!ascii_is_hex(c))
            return false;
        code = code << 4 | (uint32_t)(ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    *out_code = code;
    return true;
}

static bool is_high_surrogate(uint32_t code)
{
    return code >= 0xd800 && code <= 0xdbff;
}

static bool is_low_surrogate(uint32_t code)
{
    return code >= 0xdc00 && code <= 0xdfff;
}

static void add_code(uint32_t code, struct buf *out)
{
    if (code == 0 || is_high_surrogate(code) || is_low_surrogate(code)) {
        buf_add(out, replacement);
    } else if (code < 0x80) {
        buf_add_char(out, (char)code);
    } else if (code < 0x800) {
        buf_add_char(out, (char)(0xc0 | code >> 6));
        buf_add_char(out, (char)(0x80 | (code & 0x3f)));
    } else {
        buf_add_char(out, (char)(0xe0 | code >> 12));
        buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buf_add_char(out, (char)(0x80 | (code & 0x3f)));
    }
}

static void add_pair(uint32_t high, uint32_t low, struct buf *out)
{
    uint32_t code = 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);

    buf_add_char(out, (char)(0xf0 | code >> 18));
    buf_add_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
    buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
    buf_add_char(out, (char)(0x80 | (code & 0x3f)));
}

/* text begins with \uXXXX, whose code is given.  Returns how many bytes were read. */
static size_t take_code(struct str text, uint32_t code, struct buf *out)
{
    uint32_t next;

    if (is_high_surrogate(code) && read_code(str_skip(text, ESCAPE_BYTES), &next) &&
        is_low_surrogate(next)) {
        add_pair(code, next, out);
        return (size_t)2 * ESCAPE_BYTES;
    }
    add_code(code, out);
    return ESCAPE_BYTES;
}

/* text begins with a backslash.  Returns how many bytes were read, 0 if that is none of
 * JSON's escapes. */
static size_t take_escape(struct str text, struct buf *out)
{
    uint32_t code;

    if (read_code(text, &code))
        return take_code(text, code, out);
    for (size_t i = 0; text.n > 1 && i < sizeof escapes / sizeof *escapes; i++)
        if (text.p[1] == escapes[i][0]) {
            buf_add_char(out, escapes[i][1]);
            return 2;
        }
    return 0;
}

/* ---- strings ---- */

static void add_control(char c, struct buf *out)
{
    if (c == '\t' || c == '\n' || c == '\r')
        buf_add_char(out, c);
    else
        buf_add(out, replacement);
}

/* Bytes up to a quote, a backslash or a control byte. */
static size_t take_characters(struct str text, struct buf *out)
{
    size_t n = 0;
    unsigned char all = 0;

    while (n < text.n && text.p[n] != '"' && text.p[n] != '\\' && !is_control(text.p[n]))
        all |= (unsigned char)text.p[n++];
    if (all < 0x80)
        buf_add(out, (struct str){text.p, n});
    else
        utf8_repair((struct str){text.p, n}, out);
    return n;
}

/* rest is behind the opening quote and ends up behind the closing one. */
static bool read_special(struct str *rest, struct buf *out)
{
    buf_clear(out);
    while (rest->n && rest->p[0] != '"') {
        size_t n = 1;
        if (rest->p[0] == '\\')
            n = take_escape(*rest, out);
        else if (is_control(rest->p[0]))
            add_control(rest->p[0], out);
        else
            n = take_characters(*rest, out);
        if (n == 0)
            return false;
        *rest = str_skip(*rest, n);
    }
    if (rest->n == 0)
        return false;
    *rest = str_skip(*rest, 1);
    return true;
}

bool json_string_read(struct str *rest, struct buf *scratch, struct str *out_text)
{
    size_t n = 1 + ascii_plain_run(str_skip(*rest, 1));

    if (n < rest->n && rest->p[n] == '"') {
        *out_text = (struct str){rest->p + 1, n - 1};
        *rest = str_skip(*rest, n + 1);
        return true;
    }
    *rest = str_skip(*rest, 1);
    if (!read_special(rest, scratch))
        return false;
    *out_text = buf_str(scratch);
    return true;
}

void json_string_write(struct str text, struct buf *out)
{
    buf_add_char(out, '"');
    while (text.n) {
        size_t n = 0;
        while (n < text.n && text.p[n] != '"' && text.p[n] != '\\' &&
               !is_control(text.p[n]))
            n++;
        buf_add(out, (struct str){text.p, n});
        text = str_skip(text, n);
        if (text.n == 0)
            break;
        if (is_control(text.p[0]))
            buf_printf(out, "\\u%04x", (unsigned)text.p[0]);
        else
            buf_printf(out, "\\%c", text.p[0]);
        text = str_skip(text, 1);
    }
    buf_add_char(out, '"');
}
