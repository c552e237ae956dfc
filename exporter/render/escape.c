/* escape.c - see escape.h */
#include "render/escape.h"

static void escape(struct str text, bool escape_quotes, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\\' || (c == '"' && escape_quotes))
            buf_add_char(out, '\\');
        if (c == '\n')
            buf_add_text(out, "\\n");
        else
            buf_add_char(out, c);
    }
}

void escape_help_text(struct str help, struct buf *out)
{
    escape(help, false, out);
}

void escape_help_openmetrics(struct str help, struct buf *out)
{
    escape(help, true, out);
}
