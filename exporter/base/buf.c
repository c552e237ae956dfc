/* buf.c - see buf.h */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_FIRST_BYTES ((size_t)1024)

struct buf buf_new(size_t max_bytes)
{
    return (struct buf){.max = max_bytes};
}

char *buf_grow(struct buf *buf, size_t n)
{
    if (buf->failed || n > buf->max - buf->n) {
        buf->failed = true;
        return NULL;
    }
    /* Twice as much, or what is asked for if that is more: who knows gets no more. */
    size_t size = buf->size ? buf->size * 2 : BUF_FIRST_BYTES;
    if (size - buf->n < n)
        size = buf->n + n;
    if (size > buf->max)
        size = buf->max;
    char *p = realloc(buf->p, size ? size : 1);
    if (!p) {
        buf->failed = true;
        return NULL;
    }
    buf->p = p;
    buf->size = size;
    return buf->p + buf->n;
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, str_from(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *room = n < 0 ? NULL : buf_reserve(buf, (size_t)n + 1);
    if (!room) {
        buf->failed = true;
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(room, (size_t)n + 1, format, arguments);
    va_end(arguments);
    buf->n += (size_t)n;
}

void buf_clear(struct buf *buf)
{
    buf->n = 0;
    buf->failed = false;
}

struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->p ? buf->p : "", buf->n};
}

void buf_free(struct buf *buf)
{
    free(buf->p);
    *buf = buf_new(buf->max);
}

/* volatile, or the compiler drops what nobody reads. */
void buf_wipe(struct buf *buf)
{
    volatile char *p = buf->p;

    for (size_t i = 0; i < buf->size; i++)
        p[i] = '\0';
    buf_free(buf);
}
