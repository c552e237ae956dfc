/* html.c - see html.h */
#include "pages/html.h"

#include "base/utf8.h"

struct escape {
    char character;
    const char *text;
};

static const struct escape escapes[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"},
};

static const char *find_escape(char c)
{
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        if (escapes[i].character == c)
            return escapes[i].text;
    return (unsigned char)c < ' ' || c == 0x7f ? "\xef\xbf\xbd" : NULL;
}

void html_add_escaped(struct buf *out, struct str text)
{
    struct buf repaired = buf_new(out->max);

    utf8_repair(text, &repaired);
    out->failed |= repaired.failed;
    for (size_t i = 0; i < repaired.n; i++) {
        const char *escape = find_escape(repaired.p[i]);
        if (escape)
            buf_add_text(out, escape);
        else
            buf_add_char(out, repaired.p[i]);
    }
    buf_free(&repaired);
}

void html_add_isolated(struct buf *out, struct str text)
{
    buf_add_text(out, "<bdi>");
    html_add_escaped(out, text);
    buf_add_text(out, "</bdi>");
}
