/* bench_input.h - what the programs here measure with: the built-in map, and a station
 * that is one recorded service as often as its size needs. */
#ifndef TESTS_BENCH_BENCH_INPUT_H
#define TESTS_BENCH_BENCH_INPUT_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "map/metric_map.h"
#include "model/snapshot.h"
#include "source/http_wire.h"

#define BENCH_TEXT_MAX ((size_t)256 * 1024 * 1024)

static inline void give_up(const char *why)
{
    (void)fprintf(stderr, "bench: %s\n", why);
    exit(2);
}

static inline struct metric_map *bench_map(void)
{
    const struct map_options options = {
        .built_in = metric_map_built_in,
        .built_in_count = metric_map_built_in_count,
        .level = MAP_FULL,
        .site = STR_OF("bench"),
    };
    struct buf mistakes = buf_new(BENCH_TEXT_MAX);
    struct metric_map *map = NULL;

    if (metric_map_load(&options, &map, &mistakes) != ERR_OK)
        give_up("the built-in map does not load");
    buf_free(&mistakes);
    return map;
}

static inline struct buf bench_file(const char *path)
{
    struct buf body = buf_new(BENCH_TEXT_MAX);
    struct error error;

    if (file_read(str_from(path), &body, &error) != ERR_OK)
        give_up(path);
    return body;
}

/* The bus name of "DIR/com.victronenergy.battery.x.json". */
static inline struct str bench_service(const char *path)
{
    struct str name = str_from(path);

    while (str_contains(name, STR_OF("/")))
        (void)str_cut(&name, '/');
    name.n -= strlen(".json");
    return name;
}

/* What is measured has decimals and moves, states and identities are whole numbers and
 * stay.  A number of more than two decimals stays too: what a station says is printed
 * quickly or slowly, and the mixture matters. */
static inline double bench_moved(double number, int shift)
{
    double hundredths = rint(number * 100);
    bool is_measured = number != rint(number) && hundredths / 100 == number;

    return is_measured ? (hundredths + shift) / 100 : number;
}

/* A device that said what stands in body; its numbers are moved. */
static inline struct report *bench_device(struct str body, struct str service,
                                          int instance, int shift)
{
    struct report *report = NULL;
    struct error error;
    char text[16];

    if (http_wire_report(service, body, LIMIT_VALUES, &report, &error) != ERR_OK)
        give_up(error.text);
    for (size_t i = 0; i < report->reading_count; i++)
        if (report->readings[i].value.kind == VALUE_NUMBER)
            report->readings[i].value.number =
                bench_moved(report->readings[i].value.number, shift);
    (void)snprintf(text, sizeof text, "%d", instance);
    report_set_instance(report, str_from(text));
    return report;
}

/* A station of that many devices. */
static inline struct snapshot *bench_station(struct str body, struct str service,
                                             int devices, int shift)
{
    struct snapshot *snapshot = snapshot_new();

    if (!snapshot)
        give_up("no memory");
    for (int i = 0; i < devices; i++) {
        struct report *report = bench_device(body, service, i, shift);
        snapshot_add(snapshot, report);
        report_release(report);
    }
    snapshot_sort(snapshot);
    return snapshot;
}

#endif
