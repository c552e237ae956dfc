/* map_mistakes.c - see map_mistakes.h */
#include "map/map_mistakes.h"

#include <stdarg.h>
#include <stdio.h>

/* One sentence; what is longer is cut. */
#define SENTENCE_MAX 2048

void map_mistakes_add(struct map_mistakes *mistakes, struct str file, struct str place,
                      const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list arguments;

    mistakes->count++;
    if (mistakes->count > MAP_MISTAKES_TOLD_MAX)
        return;
    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    buf_printf(mistakes->out, "%.*s: ", STR_ARG(file));
    if (place.n)
        buf_printf(mistakes->out, "%.*s: ", STR_ARG(place));
    buf_printf(mistakes->out, "%s\n", sentence);
}

void map_mistakes_end(struct map_mistakes *mistakes)
{
    if (mistakes->count > MAP_MISTAKES_TOLD_MAX)
        buf_printf(mistakes->out, "and %zu more mistakes in the map\n",
                   mistakes->count - MAP_MISTAKES_TOLD_MAX);
}
