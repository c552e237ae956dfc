/* page_target.c - see page_target.h */
#include "map/page_target.h"

#include "map/page_index.h"
#include "map/secret_words.h"

#define PAGE_LABELS_MAX (3 + ROW_LABEL_NAMES_MAX)

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

struct page_target page_target_make(struct page_index *index,
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
    bool is_full =
        row->type == SAMPLE_INFO && info_index_is_full(&index->infos, row->family);
    index->failed |= !target.item && !target.series && !is_full;
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

    if (!member || !path_pattern_match(&row->pattern, path->path, &of_path))
        return NULL;
    member->captures = *captures;
    for (size_t i = 0; i < captures->count; i++)
        member->captures.values[i] = arena_copy(&index->arena, captures->values[i]);
    if (names_secret(captures))
        member->target.is_secret = true;
    else
        member->target = page_target_make(index, device, row, &of_path, captures);
    return member;
}

struct page_target *page_use_member(struct page_index *index,
                                    const struct page_device *device,
                                    const struct page_path *path, struct page_use *use,
                                    const struct json_captures *captures)
{
    if (captures->count == 0)
        return &use->target;
    struct page_member *member = find_member(use->members, captures);
    if (member)
        return &member->target;
    if (page_index_may_make(index))
        member = make_member(index, device, path, use->row, captures);
    if (!member)
        return NULL;
    if (use->member_count == PAGE_MEMBERS_MAX) {
        use->members = NULL;
        use->member_count = 0;
    }
    member->next = use->members;
    use->members = member;
    use->member_count++;
    return &member->target;
}
