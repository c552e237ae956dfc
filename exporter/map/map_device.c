/* map_device.c - see map_device.h */
#include "map/map_device.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "map/map_rows.h"

bool map_device_name_is_good(struct str name)
{
    if (str_equal(name, STR_OF("*")))
        return true;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!ascii_is_letter(c) && !ascii_is_digit(c) && c != '_' && c != '-')
            return false;
    }
    return name.n > 0;
}

struct map_device *map_devices_find(const struct map_devices *devices, struct str name)
{
    for (size_t i = 0; i < devices->count; i++)
        if (str_equal(devices->devices[i]->name, name))
            return devices->devices[i];
    return NULL;
}

struct map_device *map_devices_get(struct map_devices *devices, struct arena *arena,
                                   struct str name)
{
    struct map_device *device = map_devices_find(devices, name);

    if (device || devices->count == MAP_DEVICES_MAX)
        return device;
    device = arena_alloc(arena, sizeof *device);
    if (!device)
        return NULL;
    device->name = name;
    device->importance = MAP_IMPORTANCE_DEFAULT;
    devices->devices[devices->count++] = device;
    return device;
}

static int compare_devices(const void *left, const void *right)
{
    const struct map_device *a = *(struct map_device *const *)left;
    const struct map_device *b = *(struct map_device *const *)right;

    return str_compare(a->name, b->name);
}

/* Cuts a device's rows into runs of one path. */
static bool fill_device(struct map_device *device, struct arena *arena,
                        struct map_row *const *rows, size_t row_count)
{
    device->paths = arena_array(arena, row_count, sizeof *device->paths);
    if (!device->paths)
        return false;
    for (size_t i = 0; i < row_count; i++) {
        if (i > 0 && map_row_same_path(rows[i], rows[i - 1])) {
            device->paths[device->path_count - 1].row_count++;
            continue;
        }
        struct map_path *path = &device->paths[device->path_count++];
        *path = (struct map_path){rows + i, 1};
        device->literal_count += rows[i]->pattern.capture_count == 0;
    }
    return true;
}

bool map_devices_fill(struct map_devices *devices, struct arena *arena,
                      struct map_row *const *rows, size_t row_count)
{
    bool is_good = true;

    qsort(devices->devices, devices->count, sizeof(struct map_device *), compare_devices);
    for (size_t start = 0, end; start < row_count; start = end) {
        for (end = start + 1; end < row_count; end++)
            if (!str_equal(rows[end]->device, rows[start]->device))
                break;
        struct map_device *device = map_devices_find(devices, rows[start]->device);
        is_good =
            is_good && device && fill_device(device, arena, rows + start, end - start);
    }
    return is_good;
}

static int compare_with_path(const void *wanted, const void *element)
{
    const struct map_path *path = element;

    return path_pattern_compare(wanted, &path->rows[0]->pattern);
}

const struct map_path *map_device_find_path(const struct map_device *device,
                                            struct str path,
                                            struct path_captures *out_captures)
{
    /* Braces in it are no placeholders. */
    const struct path_pattern literal = {.text = path, .literal_count = (unsigned)path.n};
    const struct map_path *found = NULL;

    out_captures->count = 0;
    if (device->literal_count)
        found = bsearch(&literal, device->paths, device->literal_count,
                        sizeof *device->paths, compare_with_path);
    for (size_t i = device->literal_count; i < device->path_count && !found; i++)
        if (path_pattern_match(&device->paths[i].rows[0]->pattern, path, out_captures))
            found = &device->paths[i];
    return found;
}
