/* map_input.h - small maps and snapshots written on one screen, pages as text. */
#ifndef TESTS_UNIT_MAP_INPUT_H
#define TESTS_UNIT_MAP_INPUT_H

#include "check.h"

#include <string.h>

#include "base/decimal.h"
#include "map/metric_map.h"
#include "model/snapshot.h"

#define MAP_TEXT_MAX ((size_t)1024 * 1024)
#define MAP_PAGE_MAX ((size_t)64 * 1024 * 1024)

/* One built-in text at a level; NULL and *mistakes filled if it is refused. */
static inline struct metric_map *map_of(const char *json, enum map_level level,
                                        struct buf *mistakes)
{
    const struct map_text built_in = {STR("built-in"), str_from(json)};
    const struct map_options options = {
        .built_in = &built_in, .built_in_count = 1, .level = level, .site = STR("home")};
    struct metric_map *map = NULL;

    enum err outcome = metric_map_load(&options, &map, mistakes);
    assert_int_equal(outcome, map ? ERR_OK : ERR_USAGE);
    return map;
}

/* A map that must be good. */
static inline struct metric_map *good_map(const char *json)
{
    struct buf mistakes = buf_new(MAP_TEXT_MAX);
    struct metric_map *map = map_of(json, MAP_FULL, &mistakes);

    if (!map)
        fail_msg("%.*s", STR_ARG(buf_str(&mistakes)));
    buf_free(&mistakes);
    return map;
}

static inline struct value number(double value)
{
    return (struct value){.kind = VALUE_NUMBER, .number = value};
}

static inline struct value text(const char *value)
{
    return (struct value){.kind = VALUE_TEXT, .text = str_from(value)};
}

static inline struct value json(const char *value)
{
    return (struct value){.kind = VALUE_JSON, .text = str_from(value)};
}

#define NONE ((struct value){.kind = VALUE_NONE})

struct said {
    const char *path;
    struct value value;
};

/* Adds a report of "com.victronenergy.<device>.<suffix>". */
static inline void add_report(struct snapshot *snapshot, const char *service,
                              const char *device, const char *instance,
                              const struct said *said, size_t count)
{
    struct report *report = report_new(str_from(service), str_from(device), count);

    for (size_t i = 0; i < count; i++)
        report_add(report, str_from(said[i].path), said[i].value);
    report_set_instance(report, str_from(instance));
    snapshot_add(snapshot, report);
    report_release(report);
}

/* A snapshot of one battery, instance 1. */
static inline struct snapshot *battery_says(const struct said *said, size_t count)
{
    struct snapshot *snapshot = snapshot_new();

    add_report(snapshot, "com.victronenergy.battery.a", "battery", "1", said, count);
    snapshot_sort(snapshot);
    return snapshot;
}

/* The page as lines "series value", without victron_device_info unless it is asked for.
 */
static inline struct buf page_of(struct metric_map *map, const struct snapshot *snapshot,
                                 bool with_device_info, struct apply_counts *counts,
                                 const struct apply_listener *listener)
{
    struct arena arena = arena_new(MAP_PAGE_MAX);
    struct sample_set samples = sample_set_in(&arena);
    struct buf page = buf_new(MAP_PAGE_MAX);

    metric_map_apply(map, snapshot, &samples, counts, listener);
    assert_false(samples.failed);
    assert_int_equal(samples.count, counts->samples);
    for (size_t i = 0; i < samples.count; i++) {
        const struct series *series = samples.samples[i].series;
        char digits[DECIMAL_TEXT_MAX];
        if (!with_device_info &&
            str_equal(series->family->name, STR_OF("victron_device_info")))
            continue;
        buf_add(&page, series->text);
        buf_add(&page,
                (struct str){digits, decimal_print(samples.samples[i].value, digits)});
        buf_add_char(&page, '\n');
    }
    arena_free(&arena);
    return page;
}

/* The page of what one battery says through one map. */
static inline void check_battery(const char *map_json, const struct said *said,
                                 size_t count, const char *expected_page,
                                 struct apply_counts *out_counts)
{
    struct metric_map *map = good_map(map_json);
    struct snapshot *snapshot = battery_says(said, count);
    struct buf page = page_of(map, snapshot, false, out_counts, NULL);

    check_str(buf_str(&page), expected_page);
    buf_free(&page);
    snapshot_release(snapshot);
    metric_map_free(map);
}

#endif
