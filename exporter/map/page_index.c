/* page_index.c - see page_index.h */
#include "map/page_index.h"

#include "map/info_labels.h"
#include "map/metric_map.h"

struct page_index page_index_new(const struct page_index_map *map)
{
    return (struct page_index){
        .map = *map,
        .arena = arena_new(PAGE_INDEX_ARENA_MAX),
        .series = series_index_new(PAGE_INDEX_SERIES_MAX),
        .infos = info_index_new(PAGE_INDEX_SERIES_MAX, map->families->count),
    };
}

static bool is_full(const struct page_index *index)
{
    return index->failed || index->arena.failed ||
           index->arena.used_bytes > PAGE_INDEX_ARENA_MAX / 2 ||
           index->arena.used_bytes > 2 * index->needed_bytes + PAGE_INDEX_SPARE_BYTES ||
           index->device_count > LIMIT_SERVICES || index->path_count > LIMIT_VALUES ||
           index->series.count > LIMIT_VALUES;
}

void page_index_begin(struct page_index *index, size_t new_max)
{
    if (index->is_stale)
        page_index_free(index);
    index->new_left = new_max;
    index->has_put_off = false;
}

bool page_index_may_make(struct page_index *index)
{
    if (index->new_left == 0) {
        index->has_put_off = true;
        return false;
    }
    index->new_left--;
    return true;
}

bool page_index_is_whole(const struct page_index *index)
{
    return !index->has_put_off && !index->failed && !index->arena.failed;
}

void page_index_end(struct page_index *index, size_t said)
{
    if (said > index->most_said) {
        index->most_said = said;
        index->needed_bytes = index->arena.used_bytes;
    }
    index->is_stale = is_full(index);
}

/* What is asked for seldom gets no "*" row that would mislead when it is old. */
static bool is_in_use(const struct page_device *device, const struct map_row *row,
                      const struct path_captures *captures)
{
    bool is_asked_seldom = device->own && device->own->refresh_seconds;

    return row->is_active && map_row_admits(row, captures) &&
           !(is_asked_seldom && map_row_needs_fresh_values(row));
}

static void add_use(struct page_index *index, const struct page_device *device,
                    struct page_path *path, const struct map_row *row)
{
    static const struct json_captures no_members = {.count = 0};
    struct path_captures captures;

    if (!path_pattern_match(&row->pattern, path->path, &captures) ||
        !is_in_use(device, row, &captures))
        return;
    struct page_use *use = &path->uses[path->use_count++];
    use->row = row;
    if (!row->json || row->json->capture_count == 0)
        use->target = page_target_make(index, device, row, &captures, &no_members);
}

static const struct map_path *find_rows(const struct page_index *index,
                                        const struct page_device *device, struct str path)
{
    struct path_captures captures;
    const struct map_device *any = map_devices_find(index->map.devices, STR_OF("*"));
    const struct map_path *rows =
        device->own ? map_device_find_path(device->own, path, &captures) : NULL;

    return rows || !any ? rows : map_device_find_path(any, path, &captures);
}

static void resolve(struct page_index *index, const struct page_device *device,
                    struct page_path *path)
{
    const struct map_path *rows = find_rows(index, device, path->path);

    path->standing = PATH_QUIET;
    if (metric_map_is_secret(device->device, path->path))
        return;
    if (!rows) {
        path->standing = PATH_UNMAPPED;
        return;
    }
    path->uses = arena_array(&index->arena, rows->row_count, sizeof *path->uses);
    for (size_t i = 0; path->uses && i < rows->row_count; i++)
        if (!map_row_is_ignored(rows->rows[i]))
            add_use(index, device, path, rows->rows[i]);
    if (path->use_count)
        path->standing = PATH_ACTIVE;
}

static struct page_path *make_path(struct page_index *index, struct page_device *device,
                                   struct str text)
{
    if (index->path_count == PAGE_INDEX_PATHS_MAX)
        return NULL;
    struct page_path *path = arena_alloc(&index->arena, sizeof *path);
    if (!path)
        return NULL;
    path->path = arena_copy(&index->arena, text);
    resolve(index, device, path);
    if (index->arena.failed)
        return NULL;
    str_index_put(&device->paths, path->path, path);
    index->path_count++;
    return device->paths.failed ? NULL : path;
}

struct page_path *page_index_path(struct page_index *index, struct page_device *device,
                                  struct str text)
{
    struct page_path *path = str_index_get(&device->paths, text);

    if (path || !page_index_may_make(index))
        return path;
    path = make_path(index, device, text);
    index->failed |= !path;
    return path;
}

static struct page_device *make_device(struct page_index *index, struct str type,
                                       struct str instance)
{
    struct page_device *device = arena_alloc(&index->arena, sizeof *device);
    const struct map_family *family =
        family_table_find(index->map.families, STR_OF(DEVICE_INFO_METRIC));

    if (!device || index->device_count == PAGE_INDEX_DEVICES_MAX)
        return NULL;
    device->device = arena_copy(&index->arena, type);
    device->instance = arena_copy(&index->arena, instance);
    device->own = map_devices_find(index->map.devices, type);
    device->paths = str_index_new(PAGE_INDEX_PATHS_MAX);
    const struct label labels[] = {
        {STR("site"), index->map.site},
        {STR("device"), device->device},
        {STR("instance"), device->instance},
    };
    device->identity = info_index_get(&index->infos, &index->arena, family, labels,
                                      sizeof labels / sizeof *labels, STR_OF(""));
    if (!device->identity || index->arena.failed)
        return NULL;
    device->next = index->devices;
    index->devices = device;
    index->device_count++;
    return device;
}

struct page_device *page_index_device(struct page_index *index, struct str type,
                                      struct str instance)
{
    for (struct page_device *device = index->devices; device; device = device->next)
        if (str_equal(device->device, type) && str_equal(device->instance, instance))
            return device;
    struct page_device *device = make_device(index, type, instance);
    index->failed |= !device;
    return device;
}

void page_index_free(struct page_index *index)
{
    for (struct page_device *device = index->devices; device; device = device->next)
        str_index_free(&device->paths);
    series_index_free(&index->series);
    info_index_free(&index->infos);
    arena_free(&index->arena);
    index->devices = NULL;
    index->device_count = 0;
    index->path_count = 0;
    index->most_said = 0;
    index->needed_bytes = 0;
    index->failed = false;
    index->is_stale = false;
}
