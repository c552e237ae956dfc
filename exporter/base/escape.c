/* escape.c - see escape.h */
#include "base/escape.h"

#include <string.h>

static size_t find(struct str text, char c)
{
    const char *found = text.n ? memchr(text.p, c, text.n) : NULL;

    return found ? (size_t)(found - text.p) : text.n;
}

/* How many bytes at the front stand for themselves: mostly all. */
static size_t plain_run(struct str text, bool escape_quotes)
{
    text.n = find(text, '\\');
    text.n = find(text, '\n');
    return escape_quotes ? find(text, '"') : text.n;
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
