/* report.c - see report.h */
#include "model/report.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "model/limits.h"
#include "model/path_list.h"

/* The texts of one answer, their readings, and as much again for rounding up. */
#define REPORT_ARENA_MAX ((size_t)4 * LIMIT_ANSWER_BYTES)

#define OWN_PIECES 4 /* readings, service, device, instance */

/* text_bytes: that will be copied for certain, besides service and device. */
static struct report *make(struct str service, struct str device, size_t max_readings,
                           size_t text_bytes)
{
    struct report *report = calloc(1, sizeof *report);

    if (!report)
        return NULL;
    report->references = 1;
    report->arena = arena_new(REPORT_ARENA_MAX);
    arena_reserve(&report->arena, max_readings * sizeof *report->readings + service.n +
                                      device.n + OWN_PIECES * ARENA_PIECE_BYTES +
                                      text_bytes);
    report->readings =
        arena_array(&report->arena, max_readings, sizeof *report->readings);
    report->service = arena_copy(&report->arena, service);
    report->device = arena_copy(&report->arena, device);
    report->reading_size = max_readings;
    if (report->arena.failed) {
        report_release(report);
        return NULL;
    }
    return report;
}

struct report *report_new(struct str service, struct str device, size_t max_readings)
{
    return make(service, device, max_readings, 0);
}

struct report *report_new_of(struct path_list *paths, struct str device,
                             size_t text_bytes)
{
    struct report *report = make((struct str){0}, device, paths->count, text_bytes);

    if (report)
        report->paths = path_list_reference(paths);
    return report;
}

/* path lives as long as the report. */
static void add(struct report *report, struct str path, struct value value)
{
    if (value.kind == VALUE_TEXT || value.kind == VALUE_JSON)
        value.text = arena_copy(&report->arena, value.text);
    if (report->arena.failed || report->reading_count == report->reading_size)
        report->refused[REFUSAL_LIMIT]++;
    else
        report->readings[report->reading_count++] = (struct reading){path, value};
    if (str_equal(path, STR_OF("/Connected")))
        report->is_disconnected = value.kind == VALUE_NUMBER && value.number == 0;
}

void report_add(struct report *report, struct str path, struct value value)
{
    if (report->reading_count == report->reading_size || path.n > LIMIT_PATH_BYTES)
        report->refused[REFUSAL_LIMIT]++;
    else
        add(report, arena_copy(&report->arena, path), value);
}

void report_add_of(struct report *report, size_t index, struct value value)
{
    add(report, report->paths->paths[index], value);
}

void report_set_instance(struct report *report, struct str instance)
{
    report->instance = arena_copy(&report->arena, instance);
}

/* A number in decimal, a text as it is; false for anything else. */
static bool set_instance_from(struct report *report, const struct value *value)
{
    char text[DECIMAL_TEXT_MAX];

    if (!value)
        return false;
    if (value->kind == VALUE_NUMBER) {
        size_t n = decimal_print(value->number, text);
        report_set_instance(report, (struct str){text, n});
        return true;
    }
    if (value->kind != VALUE_TEXT || value->text.n == 0)
        return false;
    report_set_instance(report, value->text);
    return true;
}

void report_identify(struct report *report)
{
    if (!set_instance_from(report, report_find(report, STR_OF("/DeviceInstance"))) &&
        !set_instance_from(report, report_find(report, STR_OF("/Identifier"))))
        report_set_instance(report, STR_OF("0"));
}

const struct value *report_find(const struct report *report, struct str path)
{
    for (size_t i = report->reading_count; i-- > 0;)
        if (str_equal(report->readings[i].path, path))
            return &report->readings[i].value;
    return NULL;
}

struct report *report_reference(struct report *report)
{
    (void)__atomic_fetch_add(&report->references, 1, __ATOMIC_RELAXED);
    return report;
}

void report_release(struct report *report)
{
    if (!report || __atomic_fetch_sub(&report->references, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    path_list_release(report->paths);
    arena_free(&report->arena);
    free(report);
}
