/* http_wire.c - see http_wire.h */
#include "source/http_wire.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "model/report.h"
#include "source/json_reader.h"

static const struct str name_head = STR("com.victronenergy.");

/* ---- requests ---- */

static void add_encoded(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++)
        if (ascii_is_name(text.p[i]))
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
    return name.n <= HTTP_WIRE_NAME_BYTES && http_wire_device(name).n > 0 &&
           ascii_run(name, ascii_is_name) == name.n;
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

/* Names that are slices of the body or of the arena. */
struct name_list {
    struct arena *arena;
    struct str body;
    struct str *names;
    size_t count;
    bool is_there;
};

static size_t count_bytes(struct str text, char c)
{
    size_t count = 0;

    for (size_t i = 0; i < text.n; i++)
        count += text.p[i] == c;
    return count;
}

/* Commas bound the items; the reader refuses a text with more of them. */
static bool make_room(struct name_list *list)
{
    size_t most = count_bytes(list->body, ',') + 1;

    if (most > JSON_VALUES_MAX)
        most = JSON_VALUES_MAX;
    list->names = arena_array(list->arena, most, sizeof *list->names);
    return list->names != NULL;
}

static bool is_slice(struct str part, struct str whole)
{
    return part.p >= whole.p && part.p < whole.p + whole.n;
}

/* The API lists every bus name that has "victron" in it: those of other makers are left
 * out. */
static void read_names(struct json_reader *reader, struct name_list *list)
{
    list->count = 0;
    while (json_reader_item(reader)) {
        struct value item = json_reader_value(reader);
        if (item.kind == VALUE_TEXT && is_service(item.text))
            list->names[list->count++] = is_slice(item.text, list->body)
                                             ? item.text
                                             : arena_copy(list->arena, item.text);
    }
}

static void read_services(struct json_reader *reader, struct name_list *list)
{
    struct str key;

    while (json_reader_member(reader, &key)) {
        bool is_list = str_equal(key, STR_OF("services"));
        if (is_list)
            list->is_there = json_reader_enter_array(reader);
        if (is_list && list->is_there)
            read_names(reader, list);
        else
            json_reader_skip(reader);
    }
}

/* Sorted, each once, and copied as far as there may be so many. */
static enum err keep_names(struct name_list *list, size_t *out_dropped,
                           struct error *error)
{
    if (!list->is_there)
        return error_set(error, ERR_MALFORMED, "JSON without a list of services");
    qsort(list->names, list->count, sizeof *list->names, compare_names);
    size_t found = drop_repeated(list->names, list->count);
    list->count = found < HTTP_WIRE_NAMES_MAX ? found : HTTP_WIRE_NAMES_MAX;
    *out_dropped = found - list->count;
    for (size_t i = 0; i < list->count; i++)
        list->names[i] = arena_copy(list->arena, list->names[i]);
    if (list->arena->failed)
        return error_set(error, ERR_TOO_LARGE, "too many services to keep");
    if (list->count == 0)
        return error_set(error, ERR_EMPTY, "a list without services");
    return ERR_OK;
}

enum err http_wire_services(struct str body, struct arena *arena, struct str **out_names,
                            size_t *out_count, size_t *out_dropped, struct error *error)
{
    struct json_reader reader = json_reader_new();
    struct name_list list = {.arena = arena, .body = body};
    size_t dropped = 0;

    if (!make_room(&list))
        return error_set(error, ERR_TOO_LARGE, "too many services to keep");
    json_reader_start(&reader, body);
    if (json_reader_enter_object(&reader))
        read_services(&reader, &list);
    enum err outcome = json_reader_end(&reader, error);
    json_reader_free(&reader);
    if (outcome == ERR_OK)
        outcome = keep_names(&list, &dropped, error);
    if (outcome != ERR_OK)
        return outcome;
    *out_names = list.names;
    *out_count = list.count;
    *out_dropped = dropped;
    return ERR_OK;
}

/* ---- values ---- */

/* An answer while it is read. */
struct answer {
    struct str service;
    struct str body;
    size_t max_values;
    struct report *report; /* NULL: no object of values yet, or no memory */
    struct buf path;
    size_t value_count;
    bool has_values; /* its "value" is an object */
    bool has_failed; /* its "success" is false */
    bool has_lost;   /* a path found no memory */
};

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

static bool is_identity(struct str path)
{
    return str_equal(path, STR_OF("/DeviceInstance")) ||
           str_equal(path, STR_OF("/Identifier"));
}

/* A device that lost its identity to a limit would be another device: so another value
 * gives way to it. */
static void make_way(struct report *report)
{
    size_t i = report->reading_count;

    while (i > 0 && is_identity(report->readings[i - 1].path))
        i--;
    if (i == 0)
        return;
    report->readings[i - 1] = report->readings[--report->reading_count];
    report->refused[REFUSAL_LIMIT]++;
}

static void add_value(struct answer *answer, struct str key, struct value value)
{
    struct report *report = answer->report;

    if (key.n > LIMIT_PATH_BYTES) {
        report->refused[REFUSAL_LIMIT]++;
        return;
    }
    struct str path = path_of(key, &answer->path);
    answer->has_lost |= answer->path.failed;
    if (is_identity(path) && report->reading_count == report->reading_size)
        make_way(report);
    report_add(report, path, value);
}

/* Colons bound the values. */
static struct report *new_report(const struct answer *answer)
{
    size_t most = count_bytes(answer->body, ':');

    return report_new(answer->service, http_wire_device(answer->service),
                      most < answer->max_values ? most : answer->max_values);
}

/* Of two objects of values the last one counts, as everywhere in JSON. */
static void read_values(struct json_reader *reader, struct answer *answer)
{
    struct str key;

    report_release(answer->report);
    answer->report = NULL;
    answer->value_count = 0;
    answer->has_values = json_reader_enter_object(reader);
    if (!answer->has_values) {
        json_reader_skip(reader);
        return;
    }
    answer->report = new_report(answer);
    while (json_reader_member(reader, &key)) {
        struct value value = json_reader_value(reader);
        answer->value_count++;
        if (answer->report)
            add_value(answer, key, value);
    }
}

static void read_answer(struct json_reader *reader, struct answer *answer)
{
    struct str key;

    while (json_reader_member(reader, &key)) {
        if (str_equal(key, STR_OF("value"))) {
            read_values(reader, answer);
        } else if (str_equal(key, STR_OF("success"))) {
            struct value success = json_reader_value(reader);
            answer->has_failed = success.kind == VALUE_NUMBER && success.number == 0;
        } else {
            json_reader_skip(reader);
        }
    }
}

/* The answer is good JSON: what does it say? */
static enum err judge(struct answer *answer, struct error *error)
{
    struct report *report = answer->report;

    if (answer->has_failed)
        return error_set(error, ERR_NOT_FOUND, "the API says success: false");
    if (!answer->has_values)
        return error_set(error, ERR_MALFORMED, "JSON without an object of values");
    if (answer->value_count == 0)
        return error_set(error, ERR_EMPTY, "an answer without values");
    if (answer->max_values == 0)
        return error_set(error, ERR_TOO_LARGE,
                         "the station has more values than allowed");
    if (report)
        report_identify(report);
    if (!report || report->arena.failed || answer->has_lost)
        return error_set(error, ERR_TOO_LARGE, "no memory for its values");
    return ERR_OK;
}

enum err http_wire_report(struct str service, struct str body, size_t max_values,
                          struct report **out_report, struct error *error)
{
    struct json_reader reader = json_reader_new();
    struct answer answer = {
        .service = service,
        .body = body,
        .max_values = max_values,
        .path = buf_new(LIMIT_PATH_BYTES + 1),
    };

    json_reader_start(&reader, body);
    if (json_reader_enter_object(&reader))
        read_answer(&reader, &answer);
    enum err outcome = json_reader_end(&reader, error);
    if (outcome == ERR_OK)
        outcome = judge(&answer, error);
    json_reader_free(&reader);
    buf_free(&answer.path);
    if (outcome == ERR_OK)
        *out_report = answer.report;
    else
        report_release(answer.report);
    return outcome;
}
