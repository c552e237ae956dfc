/* family_table.h - the metrics that all rows together make. */
#ifndef MAP_FAMILY_TABLE_H
#define MAP_FAMILY_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/str_index.h"
#include "map/enum_table.h"
#include "map/map_mistakes.h"
#include "map/map_rows.h"
#include "model/sample.h"

#define FAMILY_INFO_LABELS_MAX 32

struct map_family {
    struct family family;        /* what the page shows */
    size_t order;                /* among all families, by name */
    const struct map_row *first; /* the row that the others must agree with; NULL: ours */

    /* Of an info metric: labels that hold texts, in the order of the page. */
    struct str *info_labels;
    size_t info_label_count;
};

struct family_table {
    struct map_family **families; /* sorted by name at the end */
    size_t count;

    /* While the map is loaded. */
    struct str_index by_name;
    struct str_index by_base; /* names in OpenMetrics: no two families may share one */
};

/* Makes the families of all rows that are not left out and sets row->family; rows are in
 * the order read.  Rows of one metric that disagree, and names that OpenMetrics cannot
 * tell apart, are mistakes.  False without memory. */
bool family_table_build(struct family_table *table, struct arena *arena,
                        const struct map_rows *rows, struct map_mistakes *mistakes);

/* NULL if there is none. */
const struct map_family *family_table_find(const struct family_table *table,
                                           struct str name);

/* Frees what only loading needs: the families stay. */
void family_table_end(struct family_table *table);

#endif
