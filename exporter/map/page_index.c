/* page_index.c - see page_index.h */
#include "map/page_index.h"

#include "map/info_labels.h"
#include "map/metric_map.h"
#include "map/secret_words.h"

#define PAGE_LABELS_MAX (3 + ROW_LABEL_NAMES_MAX)

struct page_index page_index_new(const struct page_index_map *map)
{
    return (struct page_index){
        .map = *map,
        .arena = arena_new(PAGE_INDEX_ARENA_MAX),
        .series = series_index_new(PAGE_INDEX_SERIES_MAX),
        .infos = info_index_new(PAGE_INDEX_SERIES_MAX),
    };
}

static bool is_full(const struct page_index *index)
{
    return index->arena.failed || index->arena.used_bytes > PAGE_INDEX_ARENA_MAX / 2 ||
           index->device_count > LIMIT_SERVICES ||
           index->path_count > LIMIT_VALUES || index->series.count > LIMIT_VALUES ||
           index->series.by_text.failed || index->infos.by_key.failed;
}

void page_index_begin(struct page_index *index)
{
    if (is_full(index))
        page_index_free(index);
    index->page++;
}

/* ---- where a value goes ---- */

struct label_list {
    struct label labels[PAGE_LABELS_MAX];
    size_t count;
};

static void add_label(struct label_list *list, struct str name, struct str value)
{
    list->labels[list->count++] = (struct label){name, value};
}

static void add_device_labels(struct label_list *list, const struct page_index *index,
                              const struct page_device *device, bool is_station)
{
    add_label(list, STR_OF("site"), index->map.site);
    if (is_station)
        return;
    add_label(list, STR_OF("device"), device->device);
    add_label(list, STR_OF("instance"), device->instance);
}

/* Placeholders that are no labels still keep the items of an info metric apart. */
static struct str hidden_key(struct arena *arena, const struct path_captures *captures)
{
    struct str key = STR("");

    for (size_t i = 0; i < captures->count; i++)
        if (captures->names[i].p[0] == '_')
            key = arena_printf(arena, "%.*s/%.*s", STR_ARG(key),
                               STR_ARG(captures->values[i]));
    return key;
}

static struct page_target make_target(struct page_index *index,
                                      const struct page_device *device,
                                      const struct map_row *row,
                                      const struct path_captures *captures,
                                      const struct json_captures *members)
{
    struct label_list list = {.count = 0};

    add_device_labels(&list, index, device, row->is_station);
    for (size_t i = 0; i < captures->count; i++)
        if (captures->names[i].p[0] != '_')
            add_label(&list, captures->names[i], captures->values[i]);
    for (size_t i = 0; i < row->label_count; i++)
        add_label(&list, row->labels[i].name, row->labels[i].value);
    for (size_t i = 0; i < members->count; i++)
        add_label(&list, members->names[i], members->values[i]);

    struct page_target target = {0};
    if (row->type == SAMPLE_INFO)
        target.item =
            info_index_get(&index->infos, &index->arena, row->family, list.labels,
                           list.count, hidden_key(&index->arena, captures));
    else
        target.series = series_index_get(&index->series, &index->arena, row->family,
                                         list.labels, list.count);
    return target;
}

static struct page_member *find_member(struct page_member *member,
                                       const struct json_captures *captures)
{
    for (; member; member = member->next) {
        bool is_same = true;
        for (size_t i = 0; i < captures->count && is_same; i++)
            is_same = str_equal(member->captures.values[i], captures->values[i]);
        if (is_same)
            return member;
    }
    return NULL;
}

static bool names_secret(const struct json_captures *captures)
{
    for (size_t i = 0; i < captures->count; i++)
        if (secret_words_in(captures->values[i]))
            return true;
    return false;
}

static struct page_member *make_member(struct page_index *index,
                                       const struct page_device *device,
                                       const struct page_path *path,
                                       const struct map_row *row,
                                       const struct json_captures *captures)
{
    struct page_member *member = arena_alloc(&index->arena, sizeof *member);
    struct path_captures of_path = {.count = 0};

    if (!member || !path_pattern_match(row->pattern, path->path, &of_path))
        return NULL;
    member->captures = *captures;
    for (size_t i = 0; i < captures->count; i++)
        member->captures.values[i] = arena_copy(&index->arena, captures->values[i]);
    if (!names_secret(captures))
        member->target = make_target(index, device, row, &of_path, captures);
    return member;
}

const struct page_target *page_index_member(struct page_index *index,
                                            const struct page_device *device,
                                            const struct page_path *path,
                                            struct page_use *use,
                                            const struct json_captures *captures)
{
    if (captures->count == 0)
        return &use->target;
    struct page_member *member = find_member(use->members, captures);
    if (member)
        return &member->target;
    member = make_member(index, device, path, use->row, captures);
    if (!member)
        return NULL;
    if (use->member_count == PAGE_INDEX_MEMBERS_MAX) {
        use->members = NULL;
        use->member_count = 0;
    }
    member->next = use->members;
    use->members = member;
    use->member_count++;
    return &member->target;
}

/* ---- devices and their paths ---- */

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

    if (!path_pattern_match(row->pattern, path->path, &captures) ||
        !is_in_use(device, row, &captures))
        return;
    struct page_use *use = &path->uses[path->use_count++];
    use->row = row;
    if (!row->json || row->json->capture_count == 0)
        use->target = make_target(index, device, row, &captures, &no_members);
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

struct page_path *page_index_path(struct page_index *index, struct page_device *device,
                                  struct str text)
{
    struct page_path *path = str_index_get(&device->paths, text);

    if (path)
        return path;
    if (index->path_count == PAGE_INDEX_PATHS_MAX)
        return NULL;
    path = arena_alloc(&index->arena, sizeof *path);
    if (!path)
        return NULL;
    path->path = arena_copy(&index->arena, text);
    str_index_put(&device->paths, path->path, path);
    if (index->arena.failed || device->paths.failed)
        return NULL;
    resolve(index, device, path);
    index->path_count++;
    return path;
}

static struct page_device *make_device(struct page_index *index, struct str type,
                                       struct str instance)
{
    struct page_device *device = arena_alloc(&index->arena, sizeof *device);
    const struct map_family *family =
        family_table_find(index->map.families, STR_OF(DEVICE_INFO_METRIC));
    struct label_list list = {.count = 0};

    if (!device)
        return NULL;
    device->device = arena_copy(&index->arena, type);
    device->instance = arena_copy(&index->arena, instance);
    device->own = map_devices_find(index->map.devices, type);
    device->paths = str_index_new(PAGE_INDEX_PATHS_MAX);
    add_device_labels(&list, index, device, false);
    device->identity = info_index_get(&index->infos, &index->arena, family, list.labels,
                                      list.count, STR_OF(""));
    return device->identity && !index->arena.failed ? device : NULL;
}

struct page_device *page_index_device(struct page_index *index, struct str type,
                                      struct str instance)
{
    for (struct page_device *device = index->devices; device; device = device->next)
        if (str_equal(device->device, type) && str_equal(device->instance, instance))
            return device;
    if (index->device_count == PAGE_INDEX_DEVICES_MAX)
        return NULL;
    struct page_device *device = make_device(index, type, instance);
    if (!device)
        return NULL;
    device->next = index->devices;
    index->devices = device;
    index->device_count++;
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
}
