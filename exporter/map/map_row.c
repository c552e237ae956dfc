/* map_row.c - see map_row.h */
#include "map/map_row.h"

void map_row_set_hash(struct map_row *row)
{
    uint64_t hash = str_hash(row->device, STR_HASH_SEED);
    struct path_segment segment;

    for (struct str rest = row->pattern.text; path_segment_cut(&rest, &segment);) {
        hash = str_hash(STR_OF("/"), hash);
        hash = str_hash(segment.head, hash);
        if (segment.name.n)
            hash = str_hash(STR_OF("{}"), hash);
        hash = str_hash(segment.tail, hash);
    }
    row->path_hash = hash;
}

void map_row_place(const struct map_row *row, struct buf *out)
{
    buf_printf(out, "%.*s %.*s", STR_ARG(row->device), STR_ARG(row->pattern.text));
    if (row->json)
        buf_printf(out, " json %.*s", STR_ARG(row->json->text));
}

struct str map_row_json(const struct map_row *row)
{
    return row->json ? row->json->text : (struct str)STR("");
}

bool map_row_needs_fresh_values(const struct map_row *row)
{
    return !map_row_is_ignored(row) &&
           (row->type == SAMPLE_COUNTER || str_equal(row->metric, STR_OF(ALARM_METRIC)) ||
            str_ends_with(row->metric, STR_OF("_timestamp_seconds")));
}

static bool bind_admits(const struct row_bind *bind, const struct path_captures *captures)
{
    for (size_t i = 0; i < captures->count; i++) {
        if (!str_equal(captures->names[i], bind->name))
            continue;
        for (size_t k = 0; k < bind->value_count; k++)
            if (str_equal(bind->values[k], captures->values[i]))
                return true;
    }
    return false;
}

bool map_row_admits(const struct map_row *row, const struct path_captures *captures)
{
    for (size_t i = 0; i < row->bind_count; i++)
        if (!bind_admits(&row->binds[i], captures))
            return false;
    return true;
}

size_t map_row_label_names(const struct map_row *row,
                           struct str out_names[ROW_LABEL_NAMES_MAX])
{
    struct path_segment segment;
    size_t count = 0;

    for (struct str rest = row->pattern.text; path_segment_cut(&rest, &segment);)
        if (segment.name.n && segment.name.p[0] != '_')
            out_names[count++] = segment.name;
    for (size_t i = 0; i < row->label_count; i++)
        out_names[count++] = row->labels[i].name;
    for (size_t i = 0; row->json && i < row->json->segment_count; i++)
        if (row->json->segments[i].is_placeholder)
            out_names[count++] = row->json->segments[i].text;
    return count;
}

int map_row_compare(const struct map_row *a, const struct map_row *b)
{
    int order = str_compare(a->device, b->device);

    if (order == 0)
        order = path_pattern_compare(&a->pattern, &b->pattern);
    if (order == 0)
        order = str_compare(map_row_json(a), map_row_json(b));
    return order ? order : str_compare(a->label, b->label);
}

bool map_row_same_path(const struct map_row *a, const struct map_row *b)
{
    return a->path_hash == b->path_hash && str_equal(a->device, b->device) &&
           path_pattern_compare(&a->pattern, &b->pattern) == 0;
}
