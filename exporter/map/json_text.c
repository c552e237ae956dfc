/* json_text.c - see json_text.h */
#include "map/json_text.h"

#include "base/decimal.h"

static void add_escaped(struct buf *out, char c)
{
    if (c == '"' || c == '\\')
        buf_printf(out, "\\%c", c);
    else if ((unsigned char)c < 0x20)
        buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
    else
        buf_add_char(out, c);
}

void json_text_add(struct buf *out, struct str s)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < s.n; i++)
        add_escaped(out, s.p[i]);
    buf_add_char(out, '"');
}

void json_text_add_number(struct buf *out, double number)
{
    char text[DECIMAL_TEXT_MAX];

    buf_add(out, (struct str){text, decimal_print(number, text)});
}

void json_text_add_key(struct buf *out, const char *key)
{
    buf_printf(out, ",\"%s\":", key);
}
