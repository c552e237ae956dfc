/* info_series.c - see info_series.h */
#include "map/info_series.h"

#include "base/buf.h"
#include "map/info_labels.h"

#define KEY_MAX ((size_t)64 * 1024)

struct info_index info_index_new(size_t max_items, size_t family_count)
{
    return (struct info_index){.by_key = str_index_new(max_items),
                               .family_count = family_count};
}

static bool is_identity(const struct map_family *family)
{
    return str_equal(family->family.name, STR_OF(DEVICE_INFO_METRIC));
}

bool info_index_is_full(const struct info_index *index, const struct map_family *family)
{
    return index->counts && index->counts[family->order] >= INFO_ITEMS_MAX &&
           !is_identity(family);
}

/* Lengths before the texts, so that no two lists of texts make one key. */
static struct str item_key(struct arena *arena, const struct map_family *family,
                           const struct label *labels, size_t label_count,
                           struct str extra_key)
{
    struct buf key = buf_new(KEY_MAX);

    buf_add(&key, family->family.name);
    for (size_t i = 0; i < label_count; i++) {
        buf_printf(&key, " %zu:", labels[i].value.n);
        buf_add(&key, labels[i].value);
    }
    buf_add_char(&key, ' ');
    buf_add(&key, extra_key);
    struct str copy = arena_copy(arena, buf_str(&key));
    arena->failed |= key.failed;
    buf_free(&key);
    return copy;
}

static struct info_item *make_item(struct arena *arena, const struct map_family *family,
                                   const struct label *labels, size_t label_count)
{
    struct info_item *item = arena_alloc(arena, sizeof *item);
    size_t text_count = family->info_label_count;

    if (!item)
        return NULL;
    item->family = family;
    item->fixed_count = label_count;
    item->text_count = text_count;
    item->labels = arena_array(arena, label_count + text_count, sizeof *item->labels);
    item->readings = arena_array(arena, text_count, sizeof(struct reading *));
    item->shown = arena_array(arena, text_count, sizeof *item->shown);
    if (arena->failed)
        return NULL;
    for (size_t i = 0; i < label_count; i++) {
        item->labels[i].name = labels[i].name;
        item->labels[i].value = arena_copy(arena, labels[i].value);
    }
    for (size_t i = 0; i < text_count; i++)
        item->labels[label_count + i].name = family->info_labels[i];
    return arena->failed ? NULL : item;
}

struct info_item *info_index_get(struct info_index *index, struct arena *arena,
                                 const struct map_family *family,
                                 const struct label *labels, size_t label_count,
                                 struct str extra_key)
{
    struct str key = item_key(arena, family, labels, label_count, extra_key);
    struct info_item *item = arena->failed ? NULL : str_index_get(&index->by_key, key);

    if (item || arena->failed || info_index_is_full(index, family))
        return item;
    if (!index->counts)
        index->counts = arena_array(arena, index->family_count, sizeof *index->counts);
    item = make_item(arena, family, labels, label_count);
    if (!item || !index->counts)
        return NULL;
    index->counts[family->order]++;
    str_index_put(&index->by_key, key, item);
    return index->by_key.failed ? NULL : item;
}

void info_item_touch(struct info_index *index, struct info_item *item, uint64_t page,
                     size_t report)
{
    if (item->page == page)
        return;
    item->page = page;
    item->report = report;
    item->next_touched = index->touched;
    index->touched = item;
    for (size_t i = 0; i < item->text_count; i++) {
        item->labels[item->fixed_count + i].value = STR_OF("");
        item->readings[i] = NULL;
    }
}

void info_item_put(struct info_item *item, struct str label, struct str text,
                   const struct reading *reading)
{
    for (size_t i = 0; i < item->text_count; i++) {
        struct label *target = &item->labels[item->fixed_count + i];
        if (!str_equal(target->name, label))
            continue;
        const struct reading *other = item->readings[i];
        if (other && (other == reading || str_compare(other->path, reading->path) < 0))
            return;
        target->value = text;
        item->readings[i] = reading;
        return;
    }
}

const struct reading *info_item_reading(const struct info_item *item)
{
    for (size_t i = 0; i < item->text_count; i++)
        if (item->readings[i])
            return item->readings[i];
    return NULL;
}

static bool is_as_shown(const struct info_item *item)
{
    if (!item->series)
        return false;
    for (size_t i = 0; i < item->text_count; i++)
        if (!str_equal(item->shown[i], item->labels[item->fixed_count + i].value))
            return false;
    return true;
}

static bool show(struct info_item *item, struct series_index *series, struct arena *arena)
{
    if (is_as_shown(item))
        return true;
    item->series = series_index_get(series, arena, item->family, item->labels,
                                    item->fixed_count + item->text_count);
    for (size_t i = 0; i < item->text_count; i++)
        item->shown[i] = arena_copy(arena, item->labels[item->fixed_count + i].value);
    return item->series && !arena->failed;
}

static bool has_place(const struct info_item *item)
{
    return info_item_reading(item) || is_identity(item->family);
}

void info_index_finish(struct info_index *index, struct series_index *series,
                       struct arena *arena, uint64_t page,
                       void (*lost)(void *context, const struct info_item *item),
                       void *context)
{
    for (struct info_item *item = index->touched; item; item = item->next_touched) {
        if (!has_place(item))
            continue;
        if (!show(item, series, arena)) {
            lost(context, item);
            continue;
        }
        /* The same error in two slots is one series: nothing is lost. */
        item->series->page = page;
        item->series->value = 1;
        item->series->reading = info_item_reading(item);
        item->series->report = item->report;
    }
    index->touched = NULL;
}

void info_index_free(struct info_index *index)
{
    str_index_free(&index->by_key);
    *index = info_index_new(index->by_key.max, index->family_count);
}
