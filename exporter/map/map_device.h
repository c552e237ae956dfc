/* map_device.h - the rows of one device type, and finding those of a path. */
#ifndef MAP_MAP_DEVICE_H
#define MAP_MAP_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "map/map_row.h"

#define MAP_DEVICES_MAX 256
#define MAP_IMPORTANCE_DEFAULT 50

/* The rows of one path, or why it is left out. */
struct map_path {
    struct map_row *const *rows; /* at least one; all have its pattern */
    size_t row_count;
};

struct map_device {
    struct str name; /* "*": any */
    int importance;
    int64_t refresh_seconds;
    bool is_selected; /* by --device.include and --device.exclude */

    /* The most literal first. */
    struct map_path *paths;
    size_t path_count;
    size_t literal_count; /* the first ones, without placeholders */
};

struct map_devices {
    struct map_device *devices[MAP_DEVICES_MAX]; /* sorted by name by map_devices_sort */
    size_t count;
};

/* A service type: letters, digits, _ and -; or "*". */
bool map_device_name_is_good(struct str name);

/* NULL if there is none. */
struct map_device *map_devices_find(const struct map_devices *devices, struct str name);

/* Finds or makes one with the default importance; name must live as long as arena.  NULL
 * beyond MAP_DEVICES_MAX or without memory. */
struct map_device *map_devices_get(struct map_devices *devices, struct arena *arena,
                                   struct str name);

/* Puts the devices in order and gives each its paths; rows are in the order of
 * map_row_compare.  False without memory. */
bool map_devices_fill(struct map_devices *devices, struct arena *arena,
                      struct map_row *const *rows, size_t row_count);

/* The most literal path that fits; NULL if none does. */
const struct map_path *map_device_find_path(const struct map_device *device,
                                            struct str path,
                                            struct path_captures *out_captures);

#endif
