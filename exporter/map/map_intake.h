/* map_intake.h - what the texts of a map say, row by row, before it is a map. */
#ifndef MAP_MAP_INTAKE_H
#define MAP_MAP_INTAKE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "map/enum_table.h"
#include "map/map_device.h"
#include "map/map_mistakes.h"
#include "map/map_rows.h"
#include "map/metric_map.h"
#include "map/text_pool.h"

#define MAP_ENUMS_MAX 256

struct map_intake {
    struct arena *arena;     /* of the map */
    struct text_pool *texts; /* in it */
    struct map_mistakes mistakes;
    struct map_rows rows;
    struct map_devices *devices; /* of the map */
    struct enum_table *enums[MAP_ENUMS_MAX];
    size_t enum_count;
};

/* Takes a text in: a device file, rows, arrays of either, or, by its name
 * "enums/NAME.json", a shared enum.  rank orders the texts: rows of a higher one replace
 * those of a lower one. */
void map_intake_add(struct map_intake *intake, const struct map_text *text, size_t rank);

/* Looks up the shared enums that rows name. */
void map_intake_resolve_enums(struct map_intake *intake);

#endif
