/* json_repair.c - see json_repair.h */
#include "source/json_repair.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Without an exponent, fewer digits than this cannot be beyond double. */
#define SAFE_NUMBER_BYTES 300

#define ESCAPE_BYTES 6 /* \uXXXX */

static const struct str not_numbers[] = {STR("NaN"), STR("Infinity"), STR("-Infinity")};
static const struct str null_word = STR("null");
static const struct str replacement_escape = STR("\\ufffd");
static const struct str replacement_character = STR("\xef\xbf\xbd");

/* ---- outside strings ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool ends_token(char c)
{
    return c && strchr("{}[]:,\" \t\r\n", c);
}

static bool is_not_a_number(struct str token)
{
    for (size_t i = 0; i < sizeof not_numbers / sizeof *not_numbers; i++)
        if (str_equal(token, not_numbers[i]))
            return true;
    return false;
}

/* strtod also reads hexadecimal and words: those are not ours to judge. */
static bool may_be_too_large(struct str token)
{
    bool has_exponent = false;

    if (!token.n || !(is_digit(token.p[0]) || token.p[0] == '-'))
        return false;
    for (size_t i = 0; i < token.n; i++) {
        char c = token.p[i];
        if (!is_digit(c) && !(c && strchr("+-.eE", c)))
            return false;
        has_exponent |= c == 'e' || c == 'E';
    }
    return has_exponent || token.n > SAFE_NUMBER_BYTES;
}

/* Adds a token that may be too large.  strtod wants an end, which the token has only
 * once it stands in out. */
static void add_number(struct str token, struct buf *out)
{
    size_t start = out->n;

    buf_add(out, token);
    buf_add_char(out, '\0');
    if (out->failed)
        return;
    char *end;
    double number = strtod(out->p + start, &end);
    out->n--;
    if (!isinf(number) || end != out->p + out->n)
        return;
    out->n = start;
    buf_add(out, null_word);
}

static struct str take_token(struct str text, struct buf *out)
{
    size_t n = 0;

    while (n < text.n && !ends_token(text.p[n]))
        n++;
    struct str token = {text.p, n};
    if (is_not_a_number(token))
        buf_add(out, null_word);
    else if (may_be_too_large(token))
        add_number(token, out);
    else
        buf_add(out, token);
    return str_skip(text, n);
}

/* ---- inside strings ---- */

static bool hex_value(char c, unsigned *out_value)
{
    const char *digits = "0123456789abcdef";
    char lower = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    const char *at = lower ? strchr(digits, lower) : NULL;

    *out_value = at ? (unsigned)(at - digits) : 0;
    return at != NULL;
}

/* The code of the \uXXXX that text begins with; false if it begins otherwise. */
static bool read_escape(struct str text, unsigned *out_code)
{
    unsigned code = 0;

    if (text.n < ESCAPE_BYTES || text.p[0] != '\\' || text.p[1] != 'u')
        return false;
    for (size_t i = 2; i < ESCAPE_BYTES; i++) {
        unsigned digit;
        if (!hex_value(text.p[i], &digit))
            return false;
        code = code << 4 | digit;
    }
    *out_code = code;
    return true;
}

static bool is_surrogate(unsigned code)
{
    return code >= 0xd800 && code <= 0xdfff;
}

static bool is_pair(unsigned high, unsigned low)
{
    return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}

/* text begins with a backslash. */
static struct str take_escape(struct str text, struct buf *out)
{
    unsigned code;
    unsigned next;
    size_t n = text.n < 2 ? text.n : 2;

    if (!read_escape(text, &code)) {
        /* A byte behind it that is not ASCII is no escape: the string goes on there. */
        n = n == 2 && (unsigned char)text.p[1] >= 0x80 ? 1 : n;
        buf_add(out, (struct str){text.p, n});
        return str_skip(text, n);
    }
    n = ESCAPE_BYTES;
    if (read_escape(str_skip(text, n), &next) && is_pair(code, next))
        n += ESCAPE_BYTES;
    if (n == ESCAPE_BYTES && (is_surrogate(code) || code == 0))
        buf_add(out, replacement_escape);
    else
        buf_add(out, (struct str){text.p, n});
    return str_skip(text, n);
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20;
}

/* text begins with a control byte, which JSON allows as an escape only. */
static struct str take_control(struct str text, struct buf *out)
{
    const char *letter = strchr("\tt\nn\rr", text.p[0]);

    if (text.p[0] && letter)
        buf_printf(out, "\\%c", letter[1]);
    else
        buf_add(out, replacement_character);
    return str_skip(text, 1);
}

static struct str take_plain(struct str text, struct buf *out)
{
    size_t n = 0;
    unsigned char all = 0;

    while (n < text.n && text.p[n] != '"' && text.p[n] != '\\' && !is_control(text.p[n]))
        all |= (unsigned char)text.p[n++];
    struct str plain = {text.p, n};
    if (all < 0x80)
        buf_add(out, plain);
    else
        utf8_repair(plain, out);
    return str_skip(text, n);
}

/* text begins with the opening quote. */
static struct str take_string(struct str text, struct buf *out)
{
    buf_add_char(out, '"');
    text = str_skip(text, 1);
    while (text.n && text.p[0] != '"') {
        if (text.p[0] == '\\')
            text = take_escape(text, out);
        else if (is_control(text.p[0]))
            text = take_control(text, out);
        else
            text = take_plain(text, out);
    }
    if (!text.n)
        return text;
    buf_add_char(out, '"');
    return str_skip(text, 1);
}

/* ---- */

struct nesting {
    size_t now;
    struct json_shape shape;
};

static void count(struct nesting *nesting, char c)
{
    if (c == '{' || c == '[')
        nesting->now++;
    if ((c == '}' || c == ']') && nesting->now)
        nesting->now--;
    if (nesting->now > nesting->shape.depth)
        nesting->shape.depth = nesting->now;
    nesting->shape.values += c == '{' || c == '[' || c == ',';
}

static struct str take_structure(struct str text, struct buf *out,
                                 struct nesting *nesting)
{
    size_t n = 0;

    while (n < text.n && text.p[n] != '"' && ends_token(text.p[n]))
        count(nesting, text.p[n++]);
    buf_add(out, (struct str){text.p, n});
    return str_skip(text, n);
}

struct json_shape json_repair(struct str text, struct buf *out)
{
    struct nesting nesting = {.shape.values = 1};

    while (text.n) {
        if (text.p[0] == '"')
            text = take_string(text, out);
        else if (ends_token(text.p[0]))
            text = take_structure(text, out, &nesting);
        else
            text = take_token(text, out);
    }
    return nesting.shape;
}
