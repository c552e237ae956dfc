/* buf.h - a growing text with a maximum.
 *
 * Adding past the maximum, or without memory, fails sticky: `failed` stays set,
 * later additions do nothing, and one check at the end is enough.
 * One thread at a time; buf_free may be called twice.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/str.h"

struct buf {
    char *p; /* not NUL-terminated; NULL while empty */
    size_t n;
    size_t size;
    size_t max;
    bool failed;
};

struct buf buf_new(size_t max_bytes);

/* buf_reserve where the memory does not do. */
char *buf_grow(struct buf *buf, size_t n);

/* Room for n more bytes at buf->p + buf->n, or NULL; the caller adds to buf->n. */
static inline char *buf_reserve(struct buf *buf, size_t n)
{
    /* Inline like the additions: pages are made of little else. */
    return !buf->failed && n <= buf->size - buf->n ? buf->p + buf->n : buf_grow(buf, n);
}

static inline void buf_add(struct buf *buf, struct str s)
{
    char *room = s.n ? buf_reserve(buf, s.n) : NULL;

    if (!room)
        return;
    memcpy(room, s.p, s.n);
    buf->n += s.n;
}

static inline void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, (struct str){&c, 1});
}

void buf_add_text(struct buf *buf, const char *text);

/* printf into the buffer; needs room for a NUL behind it, which is not counted. */
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Forgets the content and a failure, keeps the memory. */
void buf_clear(struct buf *buf);

struct str buf_str(const struct buf *buf);

void buf_free(struct buf *buf);

/* buf_free for what holds a secret: nothing of it stays in freed memory. */
void buf_wipe(struct buf *buf);

#endif
