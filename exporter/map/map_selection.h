/* map_selection.h - which device types and rows are in use, and what to ask for. */
#ifndef MAP_MAP_SELECTION_H
#define MAP_MAP_SELECTION_H

#include <stdbool.h>

#include "base/arena.h"
#include "map/map_device.h"
#include "map/map_mistakes.h"
#include "map/map_rows.h"
#include "map/metric_map.h"
#include "model/want.h"

/* Device types that the map does not know are asked after all others. */
#define IMPORTANCE_UNKNOWN 1000

/* Sets is_selected of the devices and is_active of the rows.  Device types that nobody
 * knows, and rows that a device type with `refresh` may not have, are mistakes. */
void map_selection_make(const struct map_options *options, struct map_devices *devices,
                        const struct map_rows *rows, struct map_mistakes *mistakes);

/* Makes the list of wants in the arena.  False without memory. */
bool map_selection_wants(const struct map_options *options,
                         const struct map_devices *devices, const struct map_rows *rows,
                         struct arena *arena, struct want_list *out_wants);

#endif
