/* arena.h - memory that lives and dies together.
 *
 * An arena hands out pieces until its maximum; nothing is freed alone.  It
 * fails sticky: once a piece was refused, `failed` stays set and every later
 * piece is refused too, so that one check at the end is enough.
 * One thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used_bytes;          /* in all blocks, what was asked for */
    size_t max_bytes;
    bool failed;
};

/* Allocates nothing yet. */
struct arena arena_new(size_t max_bytes);

/* Has room for so many bytes at once, for those who know how much they will want: of
 * each piece ARENA_PIECE_BYTES more than it has.  Without memory nothing happens. */
#define ARENA_PIECE_BYTES 16
void arena_reserve(struct arena *arena, size_t bytes);

/* Zeroed, aligned for any type; NULL once the arena has failed. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* Gives the end of the newest piece back, of which only the first keep of its bytes were
 * written. */
void arena_trim(struct arena *arena, size_t bytes, size_t keep);

/* An array of count pieces; a product that overflows fails. */
void *arena_array(struct arena *arena, size_t count, size_t bytes_each);

/* A copy that ends in NUL (not counted in n); the empty slice when it fails. */
struct str arena_copy(struct arena *arena, struct str s);

/* printf into the arena. */
struct str arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Frees every piece; the arena is empty and usable again. */
void arena_free(struct arena *arena);

#endif
