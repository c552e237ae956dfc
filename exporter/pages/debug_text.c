/* debug_text.c - columns and paragraphs. */
#include "pages/debug_parts.h"
#include "pages/page_words.h"

#define LINE_COLUMNS 100

static size_t columns_of(struct str text)
{
    size_t columns = 0;

    for (size_t i = 0; i < text.n; i++)
        columns += ((unsigned char)text.p[i] & 0xc0) != 0x80; /* not within a character */
    return columns;
}

static void add_blanks(struct buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_add_char(out, ' ');
}

void debug_add_column(struct buf *out, struct str text, size_t width)
{
    const size_t start = out->n;

    page_words_add_printable(out, text);
    if (out->failed)
        return;
    const size_t used = columns_of((struct str){out->p + start, out->n - start});
    add_blanks(out, used < width ? width - used : 0);
}

void debug_add_wrapped(struct buf *out, size_t indent, const char *text)
{
    size_t column = indent;
    struct str rest = str_from(text);

    while (rest.n) {
        struct str word = str_cut(&rest, ' ');
        if (column > indent && column + 1 + columns_of(word) > LINE_COLUMNS) {
            buf_add_char(out, '\n');
            add_blanks(out, indent);
            column = indent;
        }
        if (column > indent) {
            buf_add_char(out, ' ');
            column++;
        }
        buf_add(out, word);
        column += columns_of(word);
    }
    buf_add_char(out, '\n');
}
