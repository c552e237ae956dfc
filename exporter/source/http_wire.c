/* http_wire.c - see http_wire.h */
#include "source/http_wire.h"

#include <stdlib.h>

#include "model/report.h"
#include "source/json_parse.h"
#include "source/json_value.h"

static const struct str name_head = STR("com.victronenergy.");

/* ---- requests ---- */

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '.' || c == '_' || c == '-';
}

static void add_encoded(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++)
        if (is_name_character(text.p[i]))
            buf_add_char(out, text.p[i]);
        else
            buf_printf(out, "%%%02X", (unsigned char)text.p[i]);
}

void http_wire_services_path(struct str prefix, struct buf *out)
{
    buf_add(out, prefix);
    buf_add_text(out, "/services");
}

void http_wire_value_path(struct str prefix, struct str service, struct buf *out)
{
    buf_add(out, prefix);
    buf_add_text(out, "/value?service=");
    add_encoded(service, out);
    buf_add_text(out, "&path=/");
}

/* ---- names ---- */

struct str http_wire_device(struct str service)
{
    if (!str_starts_with(service, name_head))
        return (struct str){0};
    struct str rest = str_skip(service, name_head.n);
    return str_cut(&rest, '.');
}

static bool is_service(struct str name)
{
    if (name.n > HTTP_WIRE_NAME_BYTES || http_wire_device(name).n == 0)
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (!is_name_character(name.p[i]))
            return false;
    return true;
}

static int compare_names(const void *left, const void *right)
{
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

static size_t drop_repeated(struct str *names, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !str_equal(names[kept - 1], names[i]))
            names[kept++] = names[i];
    return kept;
}

/* Slices of json's texts, sorted, each once.  The API lists every bus name that has
 * "victron" in it: those of other makers are left out. */
static size_t read_names(const json_t *list, struct str *names)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        struct str name = {json_string_value(item), json_string_length(item)};
        if (is_service(name))
            names[count++] = name;
    }
    qsort(names, count, sizeof *names, compare_names);
    return drop_repeated(names, count);
}

static enum err read_services(const json_t *json, struct arena *arena,
                              struct str **out_names, size_t *out_count,
                              size_t *out_dropped, struct error *error)
{
    const json_t *list = json_object_get(json, "services");

    if (!json_is_array(list))
        return error_set(error, ERR_MALFORMED, "JSON without a list of services");
    struct str *names = arena_array(arena, json_array_size(list), sizeof *names);
    size_t found = names ? read_names(list, names) : 0;
    size_t count = found < HTTP_WIRE_NAMES_MAX ? found : HTTP_WIRE_NAMES_MAX;
    for (size_t i = 0; i < count; i++)
        names[i] = arena_copy(arena, names[i]);
    if (arena->failed)
        return error_set(error, ERR_TOO_LARGE, "too many services to keep");
    if (count == 0)
        return error_set(error, ERR_EMPTY, "a list without services");
    *out_names = names;
    *out_count = count;
    *out_dropped = found - count;
    return ERR_OK;
}

enum err http_wire_services(struct str body, struct arena *arena, struct str **out_names,
                            size_t *out_count, size_t *out_dropped, struct error *error)
{
    struct buf scratch = buf_new(JSON_SCRATCH_MAX);
    json_t *json = NULL;
    enum err outcome = json_parse(body, &scratch, &json, error);

    if (outcome == ERR_OK)
        outcome = read_services(json, arena, out_names, out_count, out_dropped, error);
    json_decref(json);
    buf_free(&scratch);
    return outcome;
}

/* ---- values ---- */

/* Keys at a root have no leading slash, those of /settings have. */
static struct str path_of(struct str key, struct buf *path)
{
    if (str_starts_with(key, STR_OF("/")))
        return key;
    buf_clear(path);
    buf_add_char(path, '/');
    buf_add(path, key);
    return buf_str(path);
}

static void add_value(struct report *report, struct str path, const json_t *json,
                      struct buf *scratch)
{
    struct value value = json_value(json, scratch);

    if (scratch->failed)
        report->refused[REFUSAL_LIMIT]++;
    else
        report_add(report, path, value);
}

static const char *const identity_keys[] = {"DeviceInstance", "/DeviceInstance",
                                            "Identifier", "/Identifier"};

/* Their values are kept before all others: a device that lost them to a limit would be
 * another device.  False if one was lost all the same. */
static bool add_identity(struct report *report, json_t *values)
{
    struct buf path = buf_new(LIMIT_PATH_BYTES);
    struct buf scratch = buf_new(LIMIT_ANSWER_BYTES);
    bool is_whole = true;

    for (size_t i = 0; i < sizeof identity_keys / sizeof *identity_keys; i++) {
        const json_t *value = json_object_get(values, identity_keys[i]);
        if (!value)
            continue;
        add_value(report, path_of(str_from(identity_keys[i]), &path), value, &scratch);
        is_whole &= !path.failed && !scratch.failed && !report->arena.failed;
        (void)json_object_del(values, identity_keys[i]);
    }
    buf_free(&scratch);
    buf_free(&path);
    return is_whole;
}

static void add_values(struct report *report, json_t *values)
{
    struct buf path = buf_new(JSON_SCRATCH_MAX);
    struct buf scratch = buf_new(LIMIT_ANSWER_BYTES);

    void *at = json_object_iter(values);
    for (; at; at = json_object_iter_next(values, at)) {
        struct str whole = path_of(str_from(json_object_iter_key(at)), &path);
        if (path.failed)
            report->refused[REFUSAL_LIMIT]++;
        else
            add_value(report, whole, json_object_iter_value(at), &scratch);
    }
    buf_free(&scratch);
    buf_free(&path);
}

static enum err read_report(struct str service, json_t *json, size_t max_values,
                            struct report **out_report, struct error *error)
{
    json_t *values = json_object_get(json, "value");

    if (json_is_false(json_object_get(json, "success")))
        return error_set(error, ERR_NOT_FOUND, "the API says success: false");
    if (!json_is_object(values))
        return error_set(error, ERR_MALFORMED, "JSON without an object of values");
    size_t count = json_object_size(values);
    if (count == 0)
        return error_set(error, ERR_EMPTY, "an answer without values");
    if (max_values == 0)
        return error_set(error, ERR_TOO_LARGE,
                         "the station has more values than allowed");
    struct report *report = report_new(service, http_wire_device(service),
                                       count < max_values ? count : max_values);
    if (!report)
        return error_set(error, ERR_TOO_LARGE, "no memory for its values");
    bool is_whole = add_identity(report, values);
    add_values(report, values);
    report_identify(report);
    if (report->arena.failed || !is_whole) {
        report_release(report);
        return error_set(error, ERR_TOO_LARGE, "values too large to keep");
    }
    *out_report = report;
    return ERR_OK;
}

enum err http_wire_report(struct str service, struct str body, size_t max_values,
                          struct report **out_report, struct error *error)
{
    struct buf scratch = buf_new(JSON_SCRATCH_MAX);
    json_t *json = NULL;
    enum err outcome = json_parse(body, &scratch, &json, error);

    if (outcome == ERR_OK)
        outcome = read_report(service, json, max_values, out_report, error);
    json_decref(json);
    buf_free(&scratch);
    return outcome;
}
