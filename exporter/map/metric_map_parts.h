/* metric_map_parts.h - what a metric_map is made of; for metric_map_*.c only. */
#ifndef MAP_METRIC_MAP_PARTS_H
#define MAP_METRIC_MAP_PARTS_H

#include "base/arena.h"
#include "map/family_table.h"
#include "map/map_device.h"
#include "map/map_rows.h"
#include "map/metric_map.h"
#include "map/page_index.h"
#include "model/want.h"

struct metric_map {
    struct arena arena; /* rows, families, devices, texts */
    struct str site;
    enum map_level level;
    size_t text_count;
    struct map_rows rows;     /* in the order of map_row_compare */
    struct map_row **listing; /* the same rows in the order that people read */
    struct family_table families;
    struct map_devices devices;
    struct want_list wants;
    size_t new_max;          /* paths and members of JSON that one page meets */
    struct page_index index; /* the only thing that changes after loading */
};

/* The report stands on the page: it is wanted, and no second one of its device. */
bool metric_map_takes(const struct metric_map *map, const struct snapshot *snapshot,
                      size_t report);

#endif
