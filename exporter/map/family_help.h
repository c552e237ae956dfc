/* family_help.h - HELP: the row's sentence, where the value comes from, what it means. */
#ifndef MAP_FAMILY_HELP_H
#define MAP_FAMILY_HELP_H

#include <stdbool.h>

#include "base/arena.h"
#include "map/family_table.h"
#include "map/map_row.h"

/* Writes HELP of the families that have active ones among these rows, in their order:
 * "State of charge. D-Bus /Soc." and the enum.  It depends on the map only, never on what
 * a station says.  False without memory. */
bool family_help_write(struct family_table *table, struct arena *arena,
                       struct map_row *const *rows, size_t row_count);

#endif
