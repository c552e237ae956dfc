/* row_reader.h - one JSON object into one row of the map, or mistakes. */
#ifndef MAP_ROW_READER_H
#define MAP_ROW_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "map/map_mistakes.h"
#include "map/map_row.h"
#include "map/text_pool.h"

/* Where the objects come from. */
struct row_reader {
    struct arena *arena;     /* of the map */
    struct text_pool *texts; /* in it */
    struct map_mistakes *mistakes;
    struct str file;
    size_t text;       /* rank of the text among all */
    struct str device; /* of the file; empty: each row says its own */
};

/* number, from 1, is the row's place for mistakes if it has no path.  NULL if something
 * is wrong: then there is at least one mistake more. */
struct map_row *row_reader_read(const struct row_reader *reader, json_t *json,
                                size_t number);

/* The same for an entry of a file's `ignore`. */
struct map_row *row_reader_read_ignored(const struct row_reader *reader, json_t *json,
                                        size_t number);

#endif
