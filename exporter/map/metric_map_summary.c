/* metric_map_summary.c - what --map.check says of a good map. */
#include "map/metric_map_parts.h"

/* Combinations of bound values that are looked at for one row. */
#define COMBINATIONS_MAX 4096

#define CONCRETE_MAX ((size_t)LIMIT_PATH_BYTES * 2)

struct counts {
    size_t rows[MAP_FULL + 1];
    size_t ignored;
};

static struct counts count_rows(const struct metric_map *map)
{
    struct counts counts = {0};

    for (size_t i = 0; i < map->rows.count; i++)
        if (map_row_is_ignored(map->listing[i]))
            counts.ignored++;
        else
            counts.rows[map->listing[i]->level]++;
    return counts;
}

static const struct row_bind *bind_of(const struct map_row *row, struct str name)
{
    for (size_t i = 0; i < row->bind_count; i++)
        if (str_equal(row->binds[i].name, name))
            return &row->binds[i];
    return NULL;
}

static size_t combinations(const struct map_row *row)
{
    size_t count = 1;

    for (size_t i = 0; i < row->bind_count; i++)
        count *= row->binds[i].value_count;
    return count;
}

/* The path with one combination of bound values put in; {phase} brings its own L. */
static void add_concrete_path(const struct map_row *row, size_t combination,
                              struct buf *out)
{
    struct path_segment segment;

    for (struct str rest = row->pattern.text; path_segment_cut(&rest, &segment);) {
        const struct row_bind *bind = bind_of(row, segment.name);
        buf_add_char(out, '/');
        buf_add(out, segment.head);
        if (segment.name.n == 0)
            continue;
        if (bind) {
            struct str value = bind->values[combination % bind->value_count];
            combination /= bind->value_count;
            if (str_equal(segment.name, STR_OF("phase")) &&
                str_ends_with(segment.head, STR_OF("L")) && out->n)
                out->n--;
            buf_add(out, value);
        } else {
            buf_printf(out, "{%.*s}", STR_ARG(segment.name));
        }
        buf_add(out, segment.tail);
    }
}

static bool wins_path(const struct map_device *device, const struct map_row *row,
                      struct str text)
{
    struct path_captures captures;
    const struct map_path *path = map_device_find_path(device, text, &captures);

    return path && path_pattern_compare(&path->rows[0]->pattern, &row->pattern) == 0 &&
           path_pattern_match(&row->pattern, text, &captures) &&
           map_row_admits(row, &captures);
}

/* Some placeholders are left: nothing may stand under the very same pattern. */
static bool wins_pattern(const struct map_device *device, const struct map_row *row,
                         const struct path_pattern *pattern)
{
    for (size_t i = 0; i < device->path_count; i++)
        if (path_pattern_compare(&device->paths[i].rows[0]->pattern, pattern) == 0)
            return path_pattern_compare(&row->pattern, pattern) == 0;
    return true;
}

static bool wins(const struct map_device *device, const struct map_row *row,
                 struct str text)
{
    struct path_pattern pattern;

    if (path_pattern_parse(text, &pattern, NULL) != ERR_OK)
        return false;
    return pattern.capture_count ? wins_pattern(device, row, &pattern)
                                 : wins_path(device, row, text);
}

/* Without bound values a pattern has always paths of its own: what is more literal leaves
 * some over. */
static bool can_match(const struct metric_map *map, const struct map_row *row)
{
    const struct map_device *device = map_devices_find(&map->devices, row->device);
    size_t count = combinations(row);

    if (row->bind_count == 0 || count > COMBINATIONS_MAX)
        return true;
    struct buf text = buf_new(CONCRETE_MAX);
    bool has_won = false;
    for (size_t i = 0; i < count && !has_won; i++) {
        buf_clear(&text);
        add_concrete_path(row, i, &text);
        has_won = wins(device, row, buf_str(&text));
    }
    buf_free(&text);
    return has_won;
}

void metric_map_summary(const struct metric_map *map, struct buf *out)
{
    struct counts counts = count_rows(map);
    size_t active = 0;

    for (size_t i = 0; i < map->rows.count; i++)
        active += map->listing[i]->is_active;
    buf_printf(out, "%zu texts, %zu device types, %zu metrics\n", map->text_count,
               map->devices.count, map->families.count);
    buf_printf(out, "rows: %zu core, %zu standard, %zu full; %zu in use\n",
               counts.rows[MAP_CORE], counts.rows[MAP_STANDARD], counts.rows[MAP_FULL],
               active);
    buf_printf(out, "paths left out on purpose: %zu\n", counts.ignored);
    for (size_t i = 0; i < map->rows.count; i++) {
        if (can_match(map, map->listing[i]))
            continue;
        buf_printf(out, "%.*s: ", STR_ARG(map->listing[i]->file));
        map_row_place(map->listing[i], out);
        buf_add_text(out, ": never matches: a more literal row always wins, "
                          "or its bind fits no path\n");
    }
}
