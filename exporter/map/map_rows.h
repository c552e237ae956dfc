/* map_rows.h - all rows of all texts, in the order read, and how later ones replace
 * earlier ones. */
#ifndef MAP_MAP_ROWS_H
#define MAP_MAP_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "map/map_mistakes.h"
#include "map/map_row.h"

#define MAP_ROWS_MAX 20000

struct map_rows {
    struct map_row **rows; /* malloc'ed; the rows themselves live in the map's arena */
    size_t count;
    size_t size;
    bool failed; /* sticky: more than MAP_ROWS_MAX, or no memory */
};

void map_rows_add(struct map_rows *rows, struct map_row *row);

/* Takes out what a later text's row for the same path replaces: the row with the same
 * json and label if there is one, else those with the same json, else all of the path.
 * A path that is left out takes all of its rows with it, unless it says a json. */
void map_rows_merge(struct map_rows *rows);

/* Puts the rows in the order of map_row_compare and tells rows that stand twice and paths
 * that are both mapped and left out. */
void map_rows_sort(struct map_rows *rows, struct map_mistakes *mistakes);

/* The rows in the order that people read: device, path, json, label.  An array of
 * rows->count in the arena, NULL without memory. */
struct map_row **map_rows_listing(const struct map_rows *rows, struct arena *arena);

void map_rows_free(struct map_rows *rows);

#endif
