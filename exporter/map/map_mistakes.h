/* map_mistakes.h - all that is wrong with a map, one line each, told at once. */
#ifndef MAP_MAP_MISTAKES_H
#define MAP_MAP_MISTAKES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

/* A map from another program has thousands of them: these are told, the rest counted. */
#define MAP_MISTAKES_TOLD_MAX 50

struct map_row;

struct map_mistakes {
    struct buf *out; /* the caller's */
    size_t count;    /* told or not */
};

/* Adds "file: place: sentence"; place may be empty. */
void map_mistakes_add(struct map_mistakes *mistakes, struct str file, struct str place,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same for a row: its file, and as place "battery /Dc/0/Voltage". */
void map_mistakes_add_row(struct map_mistakes *mistakes, const struct map_row *row,
                          const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds how many were not told.  Last step. */
void map_mistakes_end(struct map_mistakes *mistakes);

#endif
