/* mistake.c - see mistake.h */
#include "config/mistake.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"
#include "base/utf8.h"

#define VALUE_SHOWN_MAX 120

/* A value may hold line ends and escape sequences; a terminal shall not see them. */
static void flatten(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
}

struct str mistake_value(struct str value)
{
    return utf8_cut(value, VALUE_SHOWN_MAX);
}

void mistake_add(struct buf *mistakes, const char *format, ...)
{
    va_list arguments;
    char text[ERROR_TEXT_MAX];

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    flatten(text);
    buf_add_text(mistakes, text);
    buf_add_char(mistakes, '\n');
}
