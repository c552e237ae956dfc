/* enum_table.h - what the numbers of a state mean. */
#ifndef MAP_ENUM_TABLE_H
#define MAP_ENUM_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define ENUM_ENTRIES_MAX 512

struct enum_entry {
    int64_t number;
    struct str text;
};

/* Constant; lives in the arena it was made in. */
struct enum_table {
    struct str name;            /* of a shared table; empty: written in the row */
    struct enum_entry *entries; /* by number */
    size_t entry_count;
};

/* {"0": "Off", "3": "Bulk"}.  ERR_USAGE: no object, empty, too long, a key that is no
 * integer or stands twice, a name that is no text or empty. */
enum err enum_table_parse(json_t *json, struct str name, struct arena *arena,
                          struct enum_table **out_table, struct error *error)
    __attribute__((warn_unused_result));

/* The same numbers with the same texts; NULL is equal to NULL only. */
bool enum_table_equal(const struct enum_table *a, const struct enum_table *b);

/* Adds "0=Off, 3=Bulk". */
void enum_table_describe(const struct enum_table *table, struct buf *out);

#endif
