/* row_keys.c - the keys of a row: those that hold one thing, and the table of all. */
#include <string.h>

#include "map/enum_table.h"
#include "map/map_device.h"
#include "map/row_draft.h"

static void read_device(struct row_draft *draft, const char *key, json_t *value)
{
    struct str device;

    if (!row_draft_text(draft, key, value, &device))
        return;
    if (!map_device_name_is_good(device))
        ROW_MISTAKE(draft, "device \"%.*s\": allowed are letters, digits, _ and -, or *",
                    STR_ARG(device));
    if (draft->row->device.n && !str_equal(device, draft->row->device))
        ROW_MISTAKE(draft, "device \"%.*s\" in the file of \"%.*s\"", STR_ARG(device),
                    STR_ARG(draft->row->device));
    draft->row->device = device;
}

static void read_path(struct row_draft *draft, const char *key, json_t *value)
{
    struct str path;
    struct error error;

    if (row_draft_text(draft, key, value, &path) &&
        path_pattern_parse(path, &draft->row->pattern, &error) != ERR_OK)
        ROW_MISTAKE(draft, "%s", error.text);
}

static void read_metric(struct row_draft *draft, const char *key, json_t *value)
{
    draft->has_metric = true;
    if (json_is_null(value))
        draft->is_dropped = true;
    else
        (void)row_draft_text(draft, key, value, &draft->row->metric);
}

/* Index of a text in a list of words, or -1 and a mistake. */
static int read_word(struct row_draft *draft, const char *key, const json_t *value,
                     const char *const *words, int count)
{
    for (int i = 0; i < count; i++)
        if (json_is_string(value) && strcmp(json_string_value(value), words[i]) == 0)
            return i;
    if (json_is_string(value))
        ROW_MISTAKE(draft, "key \"%s\" is \"%s\": allowed are %s, %s, %s", key,
                    json_string_value(value), words[0], words[1], words[2]);
    else
        row_draft_wrong_type(draft, key, value, "a text");
    return -1;
}

static void read_type(struct row_draft *draft, const char *key, json_t *value)
{
    static const char *const words[] = {
        [SAMPLE_GAUGE] = "gauge", [SAMPLE_COUNTER] = "counter", [SAMPLE_INFO] = "info"};
    int type = read_word(draft, key, value, words, 3);

    if (type >= 0) {
        draft->row->type = (enum sample_type)type;
        draft->has_type = true;
    }
}

static void read_level(struct row_draft *draft, const char *key, json_t *value)
{
    static const char *const words[] = {
        [MAP_CORE] = "core", [MAP_STANDARD] = "standard", [MAP_FULL] = "full"};
    int level = read_word(draft, key, value, words, 3);

    if (level >= 0)
        draft->row->level = (enum map_level)level;
}

static void read_help(struct row_draft *draft, const char *key, json_t *value)
{
    (void)row_draft_text(draft, key, value, &draft->row->help);
}

static void read_reason(struct row_draft *draft, const char *key, json_t *value)
{
    (void)row_draft_text(draft, key, value, &draft->row->reason);
}

static void read_label(struct row_draft *draft, const char *key, json_t *value)
{
    (void)row_draft_text(draft, key, value, &draft->row->label);
}

static void read_scale(struct row_draft *draft, const char *key, json_t *value)
{
    double scale = json_number_value(value);

    if (!json_is_number(value)) {
        row_draft_wrong_type(draft, key, value, "a number");
        return;
    }
    if (scale == 0)
        ROW_MISTAKE(draft, "scale 0 makes every value 0");
    draft->row->has_scale = scale != 1;
    draft->row->scale = scale;
    draft->row->scale_decimal = decimal_from(scale);
}

static void read_enum(struct row_draft *draft, const char *key, json_t *value)
{
    struct enum_table *table;
    struct error error;

    if (json_is_string(value)) {
        (void)row_draft_text(draft, key, value, &draft->row->enum_name);
        return;
    }
    if (enum_table_parse(value, STR_OF(""), draft->arena, &table, &error) != ERR_OK)
        ROW_MISTAKE(draft, "%s", error.text);
    else
        draft->row->enumeration = table;
}

static void read_json(struct row_draft *draft, const char *key, json_t *value)
{
    struct json_pointer *pointer = arena_alloc(draft->arena, sizeof *pointer);
    struct str text;
    struct error error;

    if (!pointer || !row_draft_text(draft, key, value, &text))
        return;
    if (json_pointer_parse(text, draft->arena, pointer, &error) != ERR_OK)
        ROW_MISTAKE(draft, "%s", error.text);
    else
        draft->row->json = pointer;
}

static void read_absolute(struct row_draft *draft, const char *key, json_t *value)
{
    if (!json_is_boolean(value))
        row_draft_wrong_type(draft, key, value, "true or false");
    draft->row->is_absolute = json_is_true(value);
}

static void read_scope(struct row_draft *draft, const char *key, json_t *value)
{
    draft->row->is_station =
        json_is_string(value) && strcmp(json_string_value(value), "station") == 0;
    if (!draft->row->is_station)
        ROW_MISTAKE(draft, "key \"%s\": only \"station\" is allowed", key);
}

static void keep_unit(struct row_draft *draft, const char *key, json_t *value)
{
    (void)key;
    draft->unit_said = value;
}

static void keep_ignored(struct row_draft *draft, const char *key, json_t *value)
{
    (void)key;
    draft->ignored_said = value;
}

#define ROW_ANY (ROW_NUMBER | ROW_INFO | ROW_IGNORED)
#define ROW_METRIC (ROW_NUMBER | ROW_INFO)

/* In the order of docs/metrics-map.md. */
static const struct row_key row_keys[] = {
    {"device", read_device, ROW_ANY},
    {"path", read_path, ROW_ANY},
    {"metric", read_metric, ROW_ANY},
    {"type", read_type, ROW_METRIC},
    {"help", read_help, ROW_METRIC},
    {"level", read_level, ROW_METRIC},
    {"scale", read_scale, ROW_NUMBER},
    {"enum", read_enum, ROW_NUMBER},
    {"labels", row_read_labels, ROW_METRIC},
    {"fixed_labels", row_read_fixed_labels, ROW_METRIC},
    {"bind", row_read_bind, ROW_METRIC},
    {"json", read_json, ROW_ANY},
    {"invalid", row_read_invalid, ROW_METRIC},
    {"absolute", read_absolute, ROW_NUMBER},
    {"values", row_read_values, ROW_NUMBER},
    {"label", read_label, ROW_INFO},
    {"marks", row_read_marks, ROW_INFO},
    {"scope", read_scope, ROW_METRIC},
    {"reason", read_reason, ROW_IGNORED},
    {"unit", keep_unit, ROW_METRIC},
    {"ignored", keep_ignored, ROW_ANY},
};

const struct row_key *row_key_find(const char *name)
{
    for (size_t i = 0; i < sizeof row_keys / sizeof *row_keys; i++)
        if (strcmp(row_keys[i].name, name) == 0)
            return &row_keys[i];
    return NULL;
}
