/* map_intake.c - see map_intake.h */
#include "map/map_intake.h"

#include <jansson.h>
#include <string.h>

#include "map/row_reader.h"

#define IMPORTANCE_MAX 999
#define REFRESH_SECONDS_MAX 86400

/* One text being read. */
struct intake_text {
    struct map_intake *intake;
    struct row_reader reader;
    size_t row_number; /* of the row being read, from 1 */
};

#define TEXT_MISTAKE(text, place, ...)                                                   \
    map_mistakes_add(&(text)->intake->mistakes, (text)->reader.file, place, __VA_ARGS__)

static struct map_device *device_of(struct intake_text *text, struct str name)
{
    struct map_device *device =
        map_devices_get(text->intake->devices, text->intake->arena, name);

    if (!device)
        TEXT_MISTAKE(text, name, "more than %d device types", MAP_DEVICES_MAX);
    return device;
}

static void read_row(struct intake_text *text, json_t *json)
{
    /* What --map.print repeats for a device type of the "*" rows stands there already. */
    if (json_is_true(json_object_get(json, "any")))
        return;
    struct map_row *row = row_reader_read(&text->reader, json, ++text->row_number);

    if (row && device_of(text, row->device))
        map_rows_add(&text->intake->rows, row);
}

static void read_ignored_row(struct intake_text *text, json_t *json)
{
    struct map_row *row =
        row_reader_read_ignored(&text->reader, json, ++text->row_number);

    if (row)
        map_rows_add(&text->intake->rows, row);
}

/* ---- keys of a device file ---- */

static void read_rows(struct intake_text *text, const char *key, json_t *value,
                      void (*read)(struct intake_text *text, json_t *json))
{
    json_t *item;
    size_t i;

    if (!json_is_array(value)) {
        TEXT_MISTAKE(text, text->reader.device, "key \"%s\" is no array", key);
        return;
    }
    json_array_foreach(value, i, item)
    {
        if (json_is_object(item))
            read(text, item);
        else
            TEXT_MISTAKE(text, text->reader.device, "key \"%s\": entry %zu is no object",
                         key, i + 1);
    }
}

static json_int_t read_integer(struct intake_text *text, const char *key,
                               const json_t *value, json_int_t least, json_int_t most)
{
    if (json_is_integer(value) && json_integer_value(value) >= least &&
        json_integer_value(value) <= most)
        return json_integer_value(value);
    TEXT_MISTAKE(text, text->reader.device,
                 "key \"%s\": allowed are whole numbers from %lld to %lld", key,
                 (long long)least, (long long)most);
    return least;
}

static void read_file_key(struct intake_text *text, struct map_device *device,
                          const char *key, json_t *value)
{
    if (strcmp(key, "importance") == 0)
        device->importance = (int)read_integer(text, key, value, 1, IMPORTANCE_MAX);
    else if (strcmp(key, "refresh") == 0)
        device->refresh_seconds = read_integer(text, key, value, 0, REFRESH_SECONDS_MAX);
    else if (strcmp(key, "metrics") == 0)
        read_rows(text, key, value, read_row);
    else if (strcmp(key, "ignore") == 0)
        read_rows(text, key, value, read_ignored_row);
    else if (strcmp(key, "device") != 0)
        TEXT_MISTAKE(text, text->reader.device, "key \"%s\" is unknown", key);
}

static void read_device_file(struct intake_text *text, json_t *json)
{
    struct str name = str_from(json_string_value(json_object_get(json, "device")));
    const char *key;
    json_t *value;

    if (!map_device_name_is_good(name)) {
        TEXT_MISTAKE(text, STR_OF(""),
                     "key \"device\": a service type is needed, letters, digits, _ and "
                     "-, or *");
        return;
    }
    text->reader.device = text_pool_keep(text->intake->texts, name);
    struct map_device *device = device_of(text, text->reader.device);
    if (!device)
        return;
    json_object_foreach(json, key, value)
    {
        read_file_key(text, device, key, value);
    }
    text->reader.device = STR_OF("");
}

/* ---- a text: documents one after the other ---- */

static void read_object(struct intake_text *text, json_t *json)
{
    if (json_object_get(json, "metrics") || json_object_get(json, "ignore"))
        read_device_file(text, json);
    else
        read_row(text, json);
}

static void read_document(struct intake_text *text, json_t *json)
{
    json_t *item;
    size_t i;

    if (json_is_object(json))
        read_object(text, json);
    json_array_foreach(json, i, item)
    {
        if (json_is_object(item))
            read_object(text, item);
        else
            TEXT_MISTAKE(text, STR_OF(""), "entry %zu of an array is no object", i + 1);
    }
}

static size_t count_lines(struct str s)
{
    size_t lines = 0;

    for (size_t i = 0; i < s.n; i++)
        lines += s.p[i] == '\n';
    return lines;
}

static bool is_blank(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\r' && s.p[i] != '\n')
            return false;
    return true;
}

static void read_enum_file(struct intake_text *text, struct str name, json_t *json)
{
    struct map_intake *intake = text->intake;
    struct error error;

    if (intake->enum_count == MAP_ENUMS_MAX)
        TEXT_MISTAKE(text, STR_OF(""), "more than %d shared enums", MAP_ENUMS_MAX);
    else if (enum_table_parse(json, name, intake->arena,
                              &intake->enums[intake->enum_count], &error) != ERR_OK)
        TEXT_MISTAKE(text, STR_OF(""), "%s", error.text);
    else
        intake->enum_count++;
}

/* "enums/charger_error.json": "charger_error"; empty for other texts. */
static struct str enum_name(const struct map_text *text)
{
    struct str name = text->name;

    if (!str_starts_with(name, STR_OF("enums/")) || !str_ends_with(name, STR_OF(".json")))
        return STR_OF("");
    name = str_skip(name, sizeof "enums/" - 1);
    name.n -= sizeof ".json" - 1;
    return name;
}

void map_intake_add(struct map_intake *intake, const struct map_text *map_text,
                    size_t rank)
{
    struct intake_text text = {
        .intake = intake,
        .reader = {.arena = intake->arena,
                   .texts = intake->texts,
                   .mistakes = &intake->mistakes,
                   .file = arena_copy(intake->arena, map_text->name),
                   .text = rank},
    };
    struct str name = rank == 0 ? enum_name(map_text) : STR_OF("");

    text_pool_point_to(intake->texts, rank == 0 ? map_text->json : STR_OF(""));

    for (struct str rest = map_text->json; !is_blank(rest);) {
        json_error_t error;
        json_t *json = json_loadb(
            rest.p, rest.n, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &error);
        if (!json) {
            size_t line =
                count_lines((struct str){map_text->json.p, map_text->json.n - rest.n}) +
                (size_t)error.line;
            TEXT_MISTAKE(&text, STR_OF(""), "line %zu: %s", line, error.text);
            return;
        }
        if (name.n)
            read_enum_file(&text, name, json);
        else
            read_document(&text, json);
        json_decref(json);
        rest = str_skip(rest, (size_t)error.position);
    }
}

static struct enum_table *find_enum(const struct map_intake *intake, struct str name)
{
    for (size_t i = 0; i < intake->enum_count; i++)
        if (str_equal(intake->enums[i]->name, name))
            return intake->enums[i];
    return NULL;
}

void map_intake_resolve_enums(struct map_intake *intake)
{
    for (size_t i = 0; i < intake->rows.count; i++) {
        struct map_row *row = intake->rows.rows[i];
        if (row->enum_name.n == 0)
            continue;
        row->enumeration = find_enum(intake, row->enum_name);
        if (!row->enumeration)
            map_mistakes_add_row(&intake->mistakes, row,
                                 "enum \"%.*s\": there is no metrics-map/enums/%.*s.json",
                                 STR_ARG(row->enum_name), STR_ARG(row->enum_name));
    }
}
