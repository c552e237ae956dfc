/* python_json.c - see python_json.h */
#include "actions/python_json.h"

#include <stdint.h>

#include "base/decimal.h"
#include "base/str.h"

#define INDENT 2

/* First code point that UTF-16 needs two units for. */
#define BEYOND_ONE_UNIT 0x10000u

struct writer {
    enum python_json_style style;
    size_t depth;
    struct buf *out;
};

/* ---- texts ---- */

static const char *short_escape(uint32_t c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

/* Takes a character off the front of valid UTF-8. */
static uint32_t cut_character(struct str *text)
{
    unsigned char first = (unsigned char)text->p[0];
    size_t n = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t c = n == 1 ? first : first & (0xffu >> (n + 1));

    for (size_t i = 1; i < n && i < text->n; i++)
        c = c << 6 | ((unsigned char)text->p[i] & 0x3fu);
    *text = str_skip(*text, n < text->n ? n : text->n);
    return c;
}

static void add_character(struct buf *out, uint32_t c)
{
    const char *escape = short_escape(c);

    if (escape)
        buf_add_text(out, escape);
    else if (c >= ' ' && c < 0x7f)
        buf_add_char(out, (char)c);
    else if (c < BEYOND_ONE_UNIT)
        buf_printf(out, "\\u%04x", (unsigned)c);
    else
        buf_printf(out, "\\u%04x\\u%04x",
                   0xd800 + (unsigned)(c - BEYOND_ONE_UNIT) / 0x400,
                   0xdc00 + (unsigned)(c - BEYOND_ONE_UNIT) % 0x400);
}

static void add_text(struct buf *out, struct str text)
{
    buf_add_char(out, '"');
    while (text.n)
        add_character(out, cut_character(&text));
    buf_add_char(out, '"');
}

static void add_number(struct buf *out, double number)
{
    char text[DECIMAL_TEXT_MAX];
    size_t n = decimal_print(number, text);

    buf_add(out, (struct str){text, n});
}

/* ---- structures ---- */

static void add_value(struct writer *writer, json_t *json);

static void add_line_end(const struct writer *writer)
{
    if (writer->style == PYTHON_JSON_INDENTED)
        buf_printf(writer->out, "\n%*s", (int)(writer->depth * INDENT), "");
}

static void add_separator(const struct writer *writer, bool is_first)
{
    if (!is_first)
        buf_add_text(writer->out, writer->style == PYTHON_JSON_FLAT ? ", " : ",");
    add_line_end(writer);
}

static void add_array(struct writer *writer, json_t *json)
{
    size_t count = json_array_size(json);

    buf_add_char(writer->out, '[');
    writer->depth++;
    for (size_t i = 0; i < count; i++) {
        add_separator(writer, i == 0);
        add_value(writer, json_array_get(json, i));
    }
    writer->depth--;
    if (count)
        add_line_end(writer);
    buf_add_char(writer->out, ']');
}

static void add_object(struct writer *writer, json_t *json)
{
    void *at = json_object_iter(json);
    bool is_first = true;

    buf_add_char(writer->out, '{');
    writer->depth++;
    for (; at; at = json_object_iter_next(json, at)) {
        add_separator(writer, is_first);
        add_text(writer->out, str_from(json_object_iter_key(at)));
        buf_add_text(writer->out, ": ");
        add_value(writer, json_object_iter_value(at));
        is_first = false;
    }
    writer->depth--;
    if (!is_first)
        add_line_end(writer);
    buf_add_char(writer->out, '}');
}

static void add_value(struct writer *writer, json_t *json)
{
    struct buf *out = writer->out;

    switch (json_typeof(json)) {
    case JSON_OBJECT:
        add_object(writer, json);
        break;
    case JSON_ARRAY:
        add_array(writer, json);
        break;
    case JSON_STRING:
        add_text(out, (struct str){json_string_value(json), json_string_length(json)});
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        add_number(out, json_number_value(json));
        break;
    case JSON_TRUE:
        buf_add_text(out, "true");
        break;
    case JSON_FALSE:
        buf_add_text(out, "false");
        break;
    case JSON_NULL:
        buf_add_text(out, "null");
        break;
    }
}

void python_json_add(json_t *json, enum python_json_style style, struct buf *out)
{
    struct writer writer = {.style = style, .out = out};

    add_value(&writer, json);
}
