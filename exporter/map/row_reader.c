/* row_reader.c - see row_reader.h */
#include "map/row_reader.h"

#include <string.h>

#include "map/ascii.h"
#include "map/enum_table.h"
#include "map/row_draft.h"

/* ---- keys that hold one thing ---- */

static void read_device(struct row_draft *draft, const char *key, json_t *value)
{
    struct str device;

    if (!row_draft_text(draft, key, value, &device))
        return;
    if (!device_name_is_good(device))
        ROW_MISTAKE(draft, "device \"%.*s\": allowed are letters, digits, _ and -, or *",
                    STR_ARG(device));
    if (draft->row->device.n && !str_equal(device, draft->row->device))
        ROW_MISTAKE(draft, "device \"%.*s\" in the file of \"%.*s\"", STR_ARG(device),
                    STR_ARG(draft->row->device));
    draft->row->device = device;
}

static void read_path(struct row_draft *draft, const char *key, json_t *value)
{
    struct path_pattern *pattern = arena_alloc(draft->arena, sizeof *pattern);
    struct str path;
    struct error error;

    if (!pattern || !row_draft_text(draft, key, value, &path))
        return;
    if (path_pattern_parse(path, draft->arena, pattern, &error) != ERR_OK)
        ROW_MISTAKE(draft, "%s", error.text);
    else
        draft->row->pattern = pattern;
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

/* ---- the table of keys, in the order of docs/metrics-map.md ---- */

struct row_key {
    const char *name;
    void (*read)(struct row_draft *draft, const char *key, json_t *value);
    int kinds; /* of enum row_kind */
};

#define ROW_ANY (ROW_NUMBER | ROW_INFO | ROW_IGNORED)
#define ROW_METRIC (ROW_NUMBER | ROW_INFO)

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

static const struct row_key *find_key(const char *name)
{
    for (size_t i = 0; i < sizeof row_keys / sizeof *row_keys; i++)
        if (strcmp(row_keys[i].name, name) == 0)
            return &row_keys[i];
    return NULL;
}

static void check_kind(struct row_draft *draft, json_t *json, int kind)
{
    const char *name;
    json_t *value;

    json_object_foreach(json, name, value)
    {
        const struct row_key *key = find_key(name);
        bool is_trivial_scale = kind == ROW_INFO && json_number_value(value) == 1;
        if (key && !(key->kinds & kind) && !is_trivial_scale)
            ROW_MISTAKE(draft, "key \"%s\" means nothing in %s row", name,
                        kind == ROW_INFO     ? "an info"
                        : kind == ROW_NUMBER ? "a gauge or counter"
                                             : "an ignored");
    }
}

/* What mistakes are reported under, before anything is known to be right. */
static struct str place_of(const struct row_reader *reader, json_t *json, size_t number)
{
    const char *path = json_string_value(json_object_get(json, "path"));
    const char *device = json_string_value(json_object_get(json, "device"));
    const char *pointer = json_string_value(json_object_get(json, "json"));

    if (!path)
        return arena_printf(reader->arena, "row %zu", number);
    if (!device && reader->device.n == 0)
        return arena_printf(reader->arena, "%s", path);
    return arena_printf(reader->arena, "%.*s %s%s%s",
                        STR_ARG(device ? str_from(device) : reader->device), path,
                        pointer ? " json " : "", pointer ? pointer : "");
}

static bool draft_begin(const struct row_reader *reader, json_t *json, size_t number,
                        struct row_draft *out_draft)
{
    struct map_row *row = arena_alloc(reader->arena, sizeof *row);

    if (!row)
        return false;
    row->file = reader->file;
    row->text = reader->text;
    row->device = reader->device;
    row->level = MAP_STANDARD;
    row->scale = 1;
    row->place = place_of(reader, json, number);
    *out_draft = (struct row_draft){
        .row = row, .arena = reader->arena, .mistakes = reader->mistakes};
    return true;
}

static struct map_row *draft_end(struct row_draft *draft)
{
    if (!draft->is_bad)
        row_check(draft);
    if (draft->is_bad)
        return NULL;
    if (map_row_is_ignored(draft->row) && draft->row->reason.n == 0)
        draft->row->reason =
            arena_printf(draft->arena, "dropped by %.*s", STR_ARG(draft->row->file));
    map_row_set_hash(draft->row);
    return draft->row;
}

bool device_name_is_good(struct str name)
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

struct map_row *row_reader_read(const struct row_reader *reader, json_t *json,
                                size_t number)
{
    struct row_draft draft;
    const char *name;
    json_t *value;

    if (!draft_begin(reader, json, number, &draft))
        return NULL;
    json_object_foreach(json, name, value)
    {
        const struct row_key *key = find_key(name);
        if (key)
            key->read(&draft, name, value);
        else
            ROW_MISTAKE(&draft, "key \"%s\" is unknown", name);
    }
    if (!draft.has_metric)
        ROW_MISTAKE(&draft, "key \"metric\" is missing");
    if (draft.is_dropped)
        check_kind(&draft, json, ROW_IGNORED);
    else if (draft.has_type)
        check_kind(&draft, json, draft.row->type == SAMPLE_INFO ? ROW_INFO : ROW_NUMBER);
    return draft_end(&draft);
}

struct map_row *row_reader_read_ignored(const struct row_reader *reader, json_t *json,
                                        size_t number)
{
    struct row_draft draft;
    const char *name;
    json_t *value;

    if (!draft_begin(reader, json, number, &draft))
        return NULL;
    json_object_foreach(json, name, value)
    {
        if (strcmp(name, "path") == 0)
            read_path(&draft, name, value);
        else if (strcmp(name, "reason") == 0)
            read_reason(&draft, name, value);
        else
            ROW_MISTAKE(&draft, "key \"%s\" is unknown, allowed are path and reason",
                        name);
    }
    if (draft.row->reason.n == 0 && !draft.is_bad)
        ROW_MISTAKE(&draft, "key \"reason\" is missing");
    return draft_end(&draft);
}
