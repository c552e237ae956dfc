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

#include "base/str.h"

struct buf {
    char *p; /* not NUL-terminated; NULL while empty */
    size_t n;
    size_t size;
    size_t max;
    bool failed;
};

struct buf buf_new(size_t max_bytes);

void buf_add(struct buf *buf, struct str s);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Room for n more bytes at buf->p + buf->n, or NULL; the caller adds to buf->n. */
char *buf_reserve(struct buf *buf, size_t n);

/* Forgets the content and a failure, keeps the memory. */
void buf_clear(struct buf *buf);

struct str buf_str(const struct buf *buf);

void buf_free(struct buf *buf);

#endif
