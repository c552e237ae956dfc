/* row_checks.c - what one key of a row alone cannot tell. */
#include "map/info_labels.h"
#include "map/map_row.h"
#include "map/metric_name.h"
#include "map/row_draft.h"
#include "map/secret_words.h"
#include "map/unit.h"

/* The row's own label names, and those of an info row's texts. */
#define ALL_NAMES_MAX (ROW_LABEL_NAMES_MAX + 1 + ROW_MARKS_MAX)

static size_t all_label_names(const struct map_row *row, struct str out[ALL_NAMES_MAX])
{
    size_t count = map_row_label_names(row, out);

    if (row->label.n)
        out[count++] = row->label;
    for (size_t i = 0; i < row->mark_count; i++)
        if (i == 0 || !str_equal(row->marks[i].label, row->marks[i - 1].label))
            out[count++] = row->marks[i].label;
    return count;
}

static void check_required(struct row_draft *draft)
{
    const struct map_row *row = draft->row;
    const struct {
        bool is_missing;
        const char *key;
    } keys[] = {
        {row->device.n == 0, "device"},
        {row->pattern.text.n == 0, "path"},
        {!map_row_is_ignored(row) && !draft->has_type, "type"},
        {!map_row_is_ignored(row) && row->help.n == 0, "help"},
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].is_missing)
            ROW_MISTAKE(draft, "key \"%s\" is missing", keys[i].key);
}

static void check_name(struct row_draft *draft)
{
    struct error error;
    struct map_row *row = draft->row;

    if (metric_name_check(row->metric, row->type, &error) != ERR_OK)
        ROW_MISTAKE(draft, "%s", error.text);
    else if (row->type != SAMPLE_INFO)
        row->unit = unit_of(metric_name_base(row->metric, row->type));
}

static void check_labels(struct row_draft *draft)
{
    struct str names[ALL_NAMES_MAX];
    size_t count = all_label_names(draft->row, names);

    for (size_t i = 0; i < count; i++) {
        if (!label_name_is_good(names[i]))
            ROW_MISTAKE(draft, "label \"%.*s\" is not in snake case", STR_ARG(names[i]));
        if (label_name_is_reserved(names[i]))
            ROW_MISTAKE(draft, "label \"%.*s\" is reserved", STR_ARG(names[i]));
        for (size_t k = 0; k < i; k++)
            if (str_equal(names[i], names[k]))
                ROW_MISTAKE(draft, "label \"%.*s\" stands twice", STR_ARG(names[i]));
    }
}

static void check_info(struct row_draft *draft)
{
    const struct map_row *row = draft->row;
    const struct info_labels *promised = info_labels_of(row->metric);
    struct str names[ROW_LABEL_NAMES_MAX];

    if (row->type != SAMPLE_INFO)
        return;
    if (row->label.n == 0)
        ROW_MISTAKE(draft, "an info row needs the key \"label\"");
    if (!promised || row->label.n == 0)
        return;
    if (!info_labels_has(promised, row->label) ||
        str_equal(row->label, STR_OF(DEVICE_INFO_SERVICE)) || row->mark_count ||
        map_row_label_names(row, names) || row->pattern.capture_count)
        ROW_MISTAKE(draft,
                    "%.*s has fixed labels: label \"%.*s\", marks or placeholders "
                    "cannot be added",
                    STR_ARG(row->metric), STR_ARG(row->label));
}

static bool has_placeholder(const struct map_row *row, struct str name)
{
    struct path_segment segment;

    for (struct str rest = row->pattern.text; path_segment_cut(&rest, &segment);)
        if (str_equal(segment.name, name))
            return true;
    return false;
}

static void check_binds(struct row_draft *draft)
{
    const struct map_row *row = draft->row;

    for (size_t i = 0; i < row->bind_count; i++)
        if (!has_placeholder(row, row->binds[i].name))
            ROW_MISTAKE(draft, "bind names \"%.*s\", which is no placeholder of the path",
                        STR_ARG(row->binds[i].name));
}

/* Placeholders are ours to name: {key} makes no secret. */
static bool pattern_is_secret(const struct map_row *row)
{
    struct path_segment segment;

    if (row->pattern.capture_count == 0)
        return metric_map_is_secret(row->device, row->pattern.text);
    for (struct str rest = row->pattern.text; path_segment_cut(&rest, &segment);)
        if (secret_words_in(segment.head) || secret_words_in(segment.tail))
            return true;
    return false;
}

static bool pointer_is_secret(const struct json_pointer *pointer)
{
    for (size_t i = 0; pointer && i < pointer->segment_count; i++)
        if (!pointer->segments[i].is_placeholder &&
            secret_words_in(pointer->segments[i].text))
            return true;
    return false;
}

static void check_secret(struct row_draft *draft)
{
    const struct map_row *row = draft->row;

    if (pattern_is_secret(row) || pointer_is_secret(row->json))
        ROW_MISTAKE(draft, "a secret path is never exported");
}

/* Names in a printed row: as many, and each one among ours. */
static bool names_agree(const struct map_row *row, json_t *said)
{
    struct str names[ALL_NAMES_MAX];
    size_t count = all_label_names(row, names);
    size_t hits = 0;
    json_t *name;
    size_t i;

    json_array_foreach(said, i, name)
    {
        for (size_t k = 0; k < count; k++)
            hits += str_equal(names[k], str_from(json_string_value(name)));
    }
    return hits == count && json_array_size(said) == count;
}

/* --map.print says these, too: a printed row may be pasted, not made to lie. */
static void check_said(struct row_draft *draft)
{
    const struct map_row *row = draft->row;

    if (draft->ignored_said &&
        json_is_true(draft->ignored_said) != map_row_is_ignored(row))
        ROW_MISTAKE(draft, "key \"ignored\" contradicts key \"metric\"");
    if (draft->unit_said &&
        !str_equal(str_from(json_string_value(draft->unit_said)), row->unit))
        ROW_MISTAKE(draft,
                    "key \"unit\" contradicts the metric's name, which says \"%.*s\"",
                    STR_ARG(row->unit));
    if (draft->label_names_said && !names_agree(row, draft->label_names_said))
        ROW_MISTAKE(draft,
                    "key \"labels\" as a list of names contradicts the row's labels");
}

void row_check(struct row_draft *draft)
{
    static void (*const checks[])(struct row_draft *) = {
        check_name, check_labels, check_info, check_binds, check_secret,
    };

    check_required(draft);
    if (draft->row->pattern.text.n == 0)
        return;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (draft->has_type && !map_row_is_ignored(draft->row))
            checks[i](draft);
    if (!draft->is_bad)
        check_said(draft);
}
