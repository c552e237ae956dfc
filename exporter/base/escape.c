/* escape.c - see escape.h */
#include "base/escape.h"

/* How many bytes at the front stand for themselves: mostly all. */
static size_t plain_run(struct str text, bool escape_quotes)
{
    size_t n = 0;

    while (n < text.n && text.p[n] != '\\' && text.p[n] != '\n' &&
           (text.p[n] != '"' || !escape_quotes))
        n++;
    return n;
}

static void escape(struct str text, bool escape_quotes, struct buf *out)
{
    while (text.n) {
        size_t plain = plain_run(text, escape_quotes);
        buf_add(out, (struct str){text.p, plain});
        text = str_skip(text, plain);
        if (text.n == 0)
            return;
        buf_add_char(out, '\\');
        buf_add_char(out, text.p[0] == '\n' ? 'n' : text.p[0]);
        text = str_skip(text, 1);
    }
}

void escape_lines(struct str text, struct buf *out)
{
    escape(text, false, out);
}

void escape_quoted(struct str text, struct buf *out)
{
    escape(text, true, out);
}
