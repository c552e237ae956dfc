/* report.c - see report.h */
#include "model/report.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "model/limits.h"

/* The texts of one answer, their readings, and as much again for rounding up. */
#define REPORT_ARENA_MAX ((size_t)4 * LIMIT_ANSWER_BYTES)

struct report *report_new(struct str service, struct str device, size_t max_readings)
{
    struct report *report = calloc(1, sizeof *report);

    if (!report)
        return NULL;
    report->references = 1;
    report->arena = arena_new(REPORT_ARENA_MAX);
    report->service = arena_copy(&report->arena, service);
    report->device = arena_copy(&report->arena, device);
    report->readings =
        arena_array(&report->arena, max_readings, sizeof *report->readings);
    report->reading_size = max_readings;
    if (report->arena.failed) {
        report_release(report);
        return NULL;
    }
    return report;
}

void report_add(struct report *report, struct str path, struct value value)
{
    if (report->reading_count == report->reading_size || path.n > LIMIT_PATH_BYTES) {
        report->refused[REFUSAL_LIMIT]++;
        return;
    }
    struct reading reading = {arena_copy(&report->arena, path), value};
    if (value.kind == VALUE_TEXT || value.kind == VALUE_JSON)
        reading.value.text = arena_copy(&report->arena, value.text);
    if (report->arena.failed) {
        report->refused[REFUSAL_LIMIT]++;
        return;
    }
    report->readings[report->reading_count++] = reading;
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
    for (size_t i = 0; i < report->reading_count; i++)
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
    arena_free(&report->arena);
    free(report);
}
