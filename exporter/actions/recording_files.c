/* recording_files.c - see recording_files.h */
#include "actions/recording_files.h"

#include <jansson.h>

#include "actions/json_tree.h"
#include "actions/python_json.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "model/snapshot.h"

/* One answer, written with more blanks than it came with. */
#define CONTENT_BYTES_MAX ((size_t)8 * LIMIT_ANSWER_BYTES)

/* A file system's 255, less ".json" and what a file is called while it is written. */
#define SERVICE_NAME_MAX 230

static const struct str service_head = STR("com.victronenergy.");
static const struct str service_tail = STR(".json");

static const struct str mark = STR("{\n  \"recorder\": \"victron_exporter\"\n}");
static const struct str settings = STR("{\n  \"settings\": {},\n  \"success\": true\n}");

/* Services of which there is one, whose bus names have no fourth part. */
static const struct str lone_devices[] = {
    STR("adc"),    STR("ble"),       STR("digitalinputs"), STR("fronius"),  STR("hub4"),
    STR("logger"), STR("modbustcp"), STR("platform"),      STR("settings"), STR("system"),
};

struct builder {
    struct arena *arena;
    struct recording_files *files;
    struct buf content; /* of the file at hand */
    bool failed;        /* sticky: no memory */
};

/* ---- names ---- */

static bool is_lone(const struct report *report)
{
    if (!str_equal(report->instance, STR_OF("0")))
        return false;
    for (size_t i = 0; i < sizeof lone_devices / sizeof *lone_devices; i++)
        if (str_equal(lone_devices[i], report->device))
            return true;
    return false;
}

/* What a bus name may not hold, a file name should not. */
static void add_bus_name(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n && out->n < SERVICE_NAME_MAX; i++)
        buf_add_char(out, ascii_is_name(text.p[i]) ? text.p[i] : '_');
}

static bool is_taken(const struct recording_files *files, struct str name)
{
    for (size_t i = 0; i < files->count; i++) {
        struct str other = str_from(files->items[i].name);
        if (str_starts_with(other, name) &&
            str_equal(str_skip(other, name.n), service_tail))
            return true;
    }
    return false;
}

/* A bus name of its own, NUL-terminated. */
static struct str service_name(struct builder *builder, const struct report *report)
{
    struct buf *name = &builder->content;

    buf_clear(name);
    add_bus_name(name, report->service);
    if (!report->service.n) {
        buf_add(name, service_head);
        add_bus_name(name, report->device);
        if (!is_lone(report)) {
            buf_add_text(name, ".i");
            add_bus_name(name, report->instance);
        }
    }
    size_t length = name->n;
    for (size_t again = 2; is_taken(builder->files, buf_str(name)); again++) {
        name->n = length;
        buf_printf(name, "_%zu", again);
    }
    return arena_copy(builder->arena, buf_str(name));
}

/* ---- contents ---- */

static void put_file(struct builder *builder, const char *name, struct str content)
{
    builder->files->items[builder->files->count++] =
        (struct recording_file){name, arena_copy(builder->arena, content)};
}

static void put_json(struct builder *builder, const char *name, json_t *json)
{
    buf_clear(&builder->content);
    if (json)
        python_json_add(json, PYTHON_JSON_INDENTED, &builder->content);
    builder->failed = builder->failed || !json || builder->content.failed;
    put_file(builder, name, buf_str(&builder->content));
}

/* The API says [] for what is invalid. */
static json_t *json_of_value(const struct value *value)
{
    json_t *json = NULL;

    switch (value->kind) {
    case VALUE_NONE:
        return json_array();
    case VALUE_NUMBER:
        return json_real(value->number);
    case VALUE_TEXT:
        return json_stringn(value->text.p, value->text.n);
    case VALUE_JSON:
        return json_tree_read(value->text, &json) == ERR_MALFORMED ? json_array() : json;
    }
    return NULL;
}

static json_t *json_of_readings(struct builder *builder, const struct report *report)
{
    json_t *values = json_object();

    for (size_t i = 0; i < report->reading_count; i++) {
        const struct reading *reading = &report->readings[i];
        struct str key = arena_copy(builder->arena, str_skip(reading->path, 1));
        if (json_object_set_new(values, key.p, json_of_value(&reading->value)))
            builder->failed = true;
    }
    return values;
}

static void put_service(struct builder *builder, const struct report *report,
                        json_t *names)
{
    struct str name = service_name(builder, report);
    struct str file = arena_printf(builder->arena, "%s.json", name.p);
    json_t *answer = json_pack("{s:s, s:s, s:o, s:b}", "service", name.p, "path", "/",
                               "value", json_of_readings(builder, report), "success", 1);

    put_json(builder, file.p, answer);
    json_decref(answer);
    if (json_array_append_new(names, json_string(name.p)))
        builder->failed = true;
    builder->files->service_count++;
    builder->files->value_count += report->reading_count;
}

static void put_all(struct builder *builder, const struct snapshot *snapshot)
{
    json_t *names = json_array();

    put_file(builder, RECORDING_MARK, mark);
    put_file(builder, "settings.json", settings);
    for (size_t i = 0; i < snapshot->report_count && !builder->arena->failed; i++)
        if (snapshot->reports[i]->reading_count)
            put_service(builder, snapshot->reports[i], names);
    json_t *services = json_pack("{s:o, s:i, s:b}", "services", names, "count",
                                 (int)builder->files->service_count, "success", 1);
    put_json(builder, "services.json", services);
    json_decref(services);
}

enum err recording_files_in(struct arena *arena, const struct snapshot *snapshot,
                            struct recording_files *out_files, struct error *error)
{
    struct builder builder = {
        .arena = arena,
        .files = out_files,
        .content = buf_new(CONTENT_BYTES_MAX),
    };

    *out_files = (struct recording_files){.count = 0};
    put_all(&builder, snapshot);
    buf_free(&builder.content);
    if (builder.failed || arena->failed)
        return error_set(error, ERR_TOO_LARGE, "the station's answers are too large");
    return ERR_OK;
}

bool recording_files_are_ours(struct str text)
{
    return str_equal(text, mark);
}

bool recording_files_is_service(struct str name)
{
    return str_starts_with(name, service_head) && str_ends_with(name, service_tail);
}
