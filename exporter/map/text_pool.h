/* text_pool.h - texts of a map, each kept once however often it is written.
 *
 * Device types share paths, metrics, labels and whole sentences of HELP.  What stands in
 * the program itself, as the built-in map does, is not kept but pointed to: all processes
 * of a machine share it.  Needed while a map is loaded; the texts stay good as long as
 * the arena and those that are pointed to.
 */
#ifndef MAP_TEXT_POOL_H
#define MAP_TEXT_POOL_H

#include "base/arena.h"
#include "base/str.h"
#include "base/str_index.h"

struct text_pool {
    struct arena *arena;
    struct str_index known;
    struct str source; /* what is pointed to; empty: nothing */
    size_t source_at;  /* behind the text that was found last */
};

struct text_pool text_pool_new(struct arena *arena);

/* From now on texts that stand in source, in quotes and about in this order, are slices
 * of it.  An empty source: they are copied. */
void text_pool_point_to(struct text_pool *pool, struct str source);

/* The text, to be kept; the empty slice when the arena fails. */
struct str text_pool_keep(struct text_pool *pool, struct str text);

/* Frees what is not in the arena. */
void text_pool_free(struct text_pool *pool);

#endif
