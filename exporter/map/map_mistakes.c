/* map_mistakes.c - see map_mistakes.h */
#include "map/map_mistakes.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/ascii.h"
#include "map/map_row.h"

/* One sentence; what is longer is cut. */
#define SENTENCE_MAX 2048

static void add(struct map_mistakes *mistakes, struct str file, struct str place,
                const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

static void add(struct map_mistakes *mistakes, struct str file, struct str place,
                const char *format, va_list arguments)
{
    char sentence[SENTENCE_MAX];
    struct buf *out = mistakes->out;
    size_t start = out->n;

    mistakes->count++;
    if (mistakes->count > MAP_MISTAKES_TOLD_MAX)
        return;
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    buf_printf(out, "%.*s: ", STR_ARG(file));
    if (place.n)
        buf_printf(out, "%.*s: ", STR_ARG(place));
    buf_add_text(out, sentence);
    if (out->n > start)
        ascii_flatten(out->p + start, out->n - start);
    buf_add_char(out, '\n');
}

void map_mistakes_add(struct map_mistakes *mistakes, struct str file, struct str place,
                      const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(mistakes, file, place, format, arguments);
    va_end(arguments);
}

void map_mistakes_add_row(struct map_mistakes *mistakes, const struct map_row *row,
                          const char *format, ...)
{
    struct buf place = buf_new(ROW_PLACE_MAX);
    va_list arguments;

    map_row_place(row, &place);
    va_start(arguments, format);
    add(mistakes, row->file, buf_str(&place), format, arguments);
    va_end(arguments);
    buf_free(&place);
}

void map_mistakes_end(struct map_mistakes *mistakes)
{
    if (mistakes->count > MAP_MISTAKES_TOLD_MAX)
        buf_printf(mistakes->out, "and %zu more mistakes in the map\n",
                   mistakes->count - MAP_MISTAKES_TOLD_MAX);
}
