/* text_pool.h - texts of a map, each kept once however often it is written.
 *
 * Device types share paths, metrics, labels and whole sentences of HELP.  Needed while a
 * map is loaded; the texts stay good as long as the arena.
 */
#ifndef MAP_TEXT_POOL_H
#define MAP_TEXT_POOL_H

#include "base/arena.h"
#include "base/str.h"
#include "base/str_index.h"

struct text_pool {
    struct arena *arena;
    struct str_index known;
};

struct text_pool text_pool_new(struct arena *arena);

/* A copy that ends in NUL; the empty slice when the arena fails. */
struct str text_pool_copy(struct text_pool *pool, struct str text);

/* Frees what is not in the arena. */
void text_pool_free(struct text_pool *pool);

#endif
