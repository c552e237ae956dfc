/* map_selection.c - see map_selection.h */
#include "map/map_selection.h"

#include <inttypes.h>
#include <stdlib.h>

#define TYPES_TEXT_MAX ((size_t)16 * 1024)

static bool is_listed(struct str name, const struct str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(list[i], name))
            return true;
    return false;
}

static bool is_any(struct str device)
{
    return str_equal(device, STR_OF("*"));
}

static void add_types(const struct map_devices *devices, struct buf *out)
{
    for (size_t i = 0; i < devices->count; i++)
        if (!is_any(devices->devices[i]->name))
            buf_printf(out, "%s%.*s", out->n ? ", " : "",
                       STR_ARG(devices->devices[i]->name));
}

static void check_types(const char *flag, const struct str *types, size_t count,
                        const struct map_devices *devices, struct map_mistakes *mistakes)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_any(types[i]) && map_devices_find(devices, types[i]))
            continue;
        struct buf known = buf_new(TYPES_TEXT_MAX);
        add_types(devices, &known);
        map_mistakes_add(mistakes, str_from(flag), STR_OF(""),
                         "device type \"%.*s\" is unknown, allowed are %.*s",
                         STR_ARG(types[i]), STR_ARG(buf_str(&known)));
        buf_free(&known);
    }
}

static bool is_selected(const struct map_options *options, struct str device)
{
    if (options->include_count)
        return is_listed(device, options->include, options->include_count);
    return !is_listed(device, options->exclude, options->exclude_count);
}

static void check_refresh(const struct map_row *row, const struct map_device *device,
                          struct map_mistakes *mistakes)
{
    if (device->refresh_seconds && map_row_needs_fresh_values(row))
        map_mistakes_add_row(
            mistakes, row,
            "%.*s: counters, alarms and times are not for a device type that "
            "is asked only every %" PRId64 " s",
            STR_ARG(row->metric), device->refresh_seconds);
}

void map_selection_make(const struct map_options *options, struct map_devices *devices,
                        const struct map_rows *rows, struct map_mistakes *mistakes)
{
    check_types("--device.include", options->include, options->include_count, devices,
                mistakes);
    check_types("--device.exclude", options->exclude, options->exclude_count, devices,
                mistakes);
    for (size_t i = 0; i < devices->count; i++) {
        struct map_device *device = devices->devices[i];
        device->is_selected = is_any(device->name) || is_selected(options, device->name);
    }
    for (size_t i = 0; i < rows->count; i++) {
        struct map_row *row = rows->rows[i];
        const struct map_device *device = map_devices_find(devices, row->device);
        row->is_active = device->is_selected && !map_row_is_ignored(row) &&
                         row->level <= options->level;
        check_refresh(row, device, mistakes);
    }
}

/* Rows are in the order of their devices. */
static bool has_active_row(const struct map_rows *rows, struct str device)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i]->is_active && str_equal(rows->rows[i]->device, device))
            return true;
    return false;
}

static int compare_wants(const void *left, const void *right)
{
    const struct want *a = left;
    const struct want *b = right;
    int order = (a->importance > b->importance) - (a->importance < b->importance);

    return order ? order : str_compare(a->device, b->device);
}

bool map_selection_wants(const struct map_options *options,
                         const struct map_devices *devices, const struct map_rows *rows,
                         struct arena *arena, struct want_list *out_wants)
{
    struct want *wants = arena_array(arena, devices->count + 1, sizeof *wants);
    struct str *unwanted = arena_array(arena, devices->count + 1, sizeof *unwanted);
    size_t want_count = 0;
    size_t unwanted_count = 0;

    if (!wants || !unwanted)
        return false;
    for (size_t i = 0; i < devices->count; i++) {
        const struct map_device *device = devices->devices[i];
        if (is_any(device->name))
            continue;
        if (has_active_row(rows, device->name))
            wants[want_count++] = (struct want){device->name, device->importance,
                                                device->refresh_seconds * 1000};
        else
            unwanted[unwanted_count++] = device->name;
    }
    if (options->include_count == 0)
        wants[want_count++] = (struct want){STR("*"), IMPORTANCE_UNKNOWN, 0};
    qsort(wants, want_count, sizeof *wants, compare_wants);
    *out_wants = (struct want_list){wants, want_count, unwanted, unwanted_count};
    return true;
}
