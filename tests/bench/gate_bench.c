/* gate_bench.c - the work of a scrape in scenarios whose instructions and allocations are
 * counted (gate_test.py).
 *
 *   gate_bench STATION/http
 *
 * Each scenario is a function whose name begins with scenario_: callgrind counts inside
 * of them and nowhere else.  Everything is warm, nothing asks a clock.  Prints what it
 * is made of, and a line each: name, units of work, allocations (of all libraries).
 */
#include <dirent.h>
#include <gnu/libc-version.h>
#include <jansson.h>
#include <zlib.h>

#include "bench_input.h"
#include "generation.h"
#include "pages/page_cache.h"
#include "render/renderer.h"
#include "scrape.h"
#include "self/self_metrics.h"
#include "server/piece.h"
#include "source/mqtt_wire.h"
#include "source/reading_cache.h"

#ifndef ROUNDS
#define ROUNDS 4
#endif
#define SERVICES_MAX 64
#define MESSAGES_MAX 8192
#define OPENMETRICS "application/openmetrics-text;version=1.0.0"
#define PORTAL STR_OF("c0619ab00000")

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *piece, size_t size);

static size_t allocations;

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *piece, size_t size)
{
    allocations++;
    return __libc_realloc(piece, size);
}

struct message {
    struct str topic;
    struct str payload;
};

struct bench {
    struct arena arena; /* names, messages */
    struct str names[SERVICES_MAX];
    struct buf bodies[SERVICES_MAX];
    size_t service_count;
    struct message messages[MESSAGES_MAX];
    size_t message_count;

    struct generation generation;
    struct snapshot *stations[2]; /* the same one with all numbers moved */
    struct page_cache *pages;
    struct self_view self;
    struct reading_cache *readings;
};

/* ---- scenarios: the units of work they did ---- */

static size_t write_pages(struct bench *bench, const char *accept, int rounds)
{
    const struct page_filter all = {0};
    const struct renderer *renderer = renderer_for(str_from(accept));
    struct apply_counts counts;

    for (int i = 0; i < rounds; i++) {
        struct buf page = buf_new(PAGE_BYTES_MAX);
        if (page_write_station(&bench->generation, bench->stations[i % 2], renderer, &all,
                               NULL, &counts, &page) != ERR_OK)
            give_up("no page");
        buf_free(&page);
    }
    return (size_t)rounds * counts.samples;
}

/* A page whose values all differ from those of the last; the unit is a sample. */
__attribute__((noinline)) static size_t scenario_text(struct bench *bench)
{
    return write_pages(bench, "", ROUNDS);
}

__attribute__((noinline)) static size_t scenario_openmetrics(struct bench *bench)
{
    return write_pages(bench, OPENMETRICS, ROUNDS);
}

/* The first page of a map, which meets every path; the unit is a sample. */
__attribute__((noinline)) static size_t scenario_meeting(struct bench *bench)
{
    return write_pages(bench, "", 1);
}

/* A page whose station part is kept: what is left is our own; the unit is a page. */
__attribute__((noinline)) static size_t scenario_kept(struct bench *bench)
{
    const struct page_filter all = {0};
    const struct page_form form = {renderer_for(STR_OF("")), &all, false};
    struct apply_counts counts;

    for (int i = 0; i < ROUNDS; i++) {
        struct buf own = buf_new(PAGE_BYTES_MAX);
        struct piece *part = page_cache_station(bench->pages, &bench->generation,
                                                bench->stations[0], &form, NULL, &counts);
        bench->self.snapshot = bench->stations[0];
        bench->self.counts = &counts;
        if (!part || page_write_self(&bench->self, form.renderer, &all, &own) != ERR_OK)
            give_up("no page");
        piece_release(piece_new(&own, false));
        piece_release(part);
    }
    return ROUNDS;
}

/* Text to gzip; the unit is a kilobyte of text. */
__attribute__((noinline)) static size_t scenario_packing(struct bench *bench)
{
    size_t bytes = 0;

    for (size_t i = 0; i < bench->service_count; i++) {
        struct buf text = buf_new(BENCH_TEXT_MAX);
        buf_add(&text, buf_str(&bench->bodies[i]));
        bytes += text.n;
        piece_release(piece_new(&text, true));
    }
    return bytes / 1000;
}

/* The answers of all services over HTTP to reports; the unit is a reading. */
__attribute__((noinline)) static size_t scenario_answers(struct bench *bench)
{
    size_t readings = 0;

    for (size_t i = 0; i < bench->service_count; i++) {
        struct report *report = NULL;
        struct error error;
        if (http_wire_report(bench->names[i], buf_str(&bench->bodies[i]), LIMIT_VALUES,
                             &report, &error) != ERR_OK)
            give_up(error.text);
        readings += report->reading_count;
        report_release(report);
    }
    return readings;
}

/* All values of the station as MQTT messages, into the cache; the unit is a message. */
__attribute__((noinline)) static size_t scenario_messages(struct bench *bench)
{
    struct mqtt_reader reader = mqtt_reader_new();

    for (size_t i = 0; i < bench->message_count; i++) {
        struct mqtt_message message;
        mqtt_wire_read(&reader, PORTAL, bench->messages[i].topic,
                       bench->messages[i].payload, &message);
        if (message.meaning != MQTT_VALUE)
            give_up("a message is refused");
        (void)reading_cache_put(bench->readings, &message.place, &message.value, 1e9);
    }
    mqtt_reader_free(&reader);
    return bench->message_count;
}

/* The cache's devices, each of which changed, to reports; the unit is a reading. */
__attribute__((noinline)) static size_t scenario_collect(struct bench *bench)
{
    size_t readings = 0;

    for (size_t slot = 0; slot < LIMIT_SERVICES; slot++) {
        struct report *report = reading_cache_report(bench->readings, slot);
        if (report)
            readings += report->reading_count;
        report_release(report);
    }
    return readings;
}

/* ---- what they work on ---- */

static void read_service(struct bench *bench, const char *folder, const char *file)
{
    struct str path = arena_printf(&bench->arena, "%s/%s", folder, file);
    size_t i = bench->service_count++;

    if (i == SERVICES_MAX)
        give_up("more services than fit");
    bench->bodies[i] = bench_file(path.p);
    bench->names[i] = bench_service(path.p);
}

static void read_folder(struct bench *bench, const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);

    if (count < 0)
        give_up(folder);
    for (int i = 0; i < count; i++) {
        if (str_starts_with(str_from(entries[i]->d_name), STR_OF("com.victronenergy.")))
            read_service(bench, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

static void make_stations(struct bench *bench)
{
    for (int shift = 0; shift < 2; shift++) {
        bench->stations[shift] = snapshot_new();
        for (size_t i = 0; i < bench->service_count; i++) {
            struct report *report =
                bench_device(buf_str(&bench->bodies[i]), bench->names[i], (int)i, shift);
            snapshot_add(bench->stations[shift], report);
            report_release(report);
        }
        snapshot_sort(bench->stations[shift]);
    }
}

static void make_messages(struct bench *bench)
{
    const struct snapshot *station = bench->stations[0];

    for (size_t i = 0; i < station->report_count; i++) {
        const struct report *report = station->reports[i];
        for (size_t k = 0; k < report->reading_count; k++) {
            const struct reading *reading = &report->readings[k];
            if (reading->value.kind != VALUE_NUMBER)
                continue;
            if (bench->message_count == MESSAGES_MAX)
                give_up("more messages than fit");
            bench->messages[bench->message_count++] = (struct message){
                arena_printf(&bench->arena, "N/%.*s/%.*s/%.*s%.*s", STR_ARG(PORTAL),
                             STR_ARG(report->device), STR_ARG(report->instance),
                             STR_ARG(reading->path)),
                arena_printf(&bench->arena, "{\"value\":%.2f}", reading->value.number),
            };
        }
    }
}

static void prepare(struct bench *bench, const char *folder)
{
    json_object_seed(1); /* the order of its hash table is part of what is counted */
    bench->arena = arena_new(BENCH_TEXT_MAX);
    read_folder(bench, folder);
    make_stations(bench);
    make_messages(bench);
    bench->generation = (struct generation){.map = bench_map(), .references = 1};
    bench->pages = page_cache_new();
    bench->readings = reading_cache_new();
    bench->self =
        (struct self_view){.site = STR_OF("bench"), .has_exporter_metrics = true};
    if (!bench->pages || !bench->readings || bench->arena.failed)
        give_up("no memory");
}

/* All devices change, uncounted. */
static void change_devices(struct bench *bench)
{
    const struct value value = {.kind = VALUE_NUMBER, .number = 1};

    for (size_t i = 0; i < bench->stations[0]->report_count; i++) {
        const struct report *report = bench->stations[0]->reports[i];
        const struct reading_place place = {report->device, report->instance,
                                            STR("/Changed")};
        (void)reading_cache_put(bench->readings, &place, &value, 1e9);
    }
}

static void load_map(struct bench *bench)
{
    metric_map_free(bench->generation.map);
    bench->generation.map = bench_map();
}

static const struct scenario {
    const char *name;
    size_t (*run)(struct bench *bench);
    void (*before)(struct bench *bench); /* each run */
} scenarios[] = {
    {"text", scenario_text, NULL},
    {"openmetrics", scenario_openmetrics, NULL},
    {"meeting", scenario_meeting, load_map},
    {"kept", scenario_kept, NULL},
    {"packing", scenario_packing, NULL},
    {"answers", scenario_answers, NULL},
    {"messages", scenario_messages, NULL},
    {"collect", scenario_collect, change_devices},
};

static size_t run(const struct scenario *scenario, struct bench *bench)
{
    if (scenario->before)
        scenario->before(bench);
    allocations = 0;
    return scenario->run(bench);
}

int main(int argc, char **argv)
{
    static struct bench bench;

    if (argc != 2)
        give_up("usage: gate_bench STATION/http");
    (void)printf("toolchain compiler %s, glibc %s, jansson %s, zlib %s\n", __VERSION__,
                 gnu_get_libc_version(), jansson_version_str(), zlibVersion());
    prepare(&bench, argv[1]);
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        (void)run(&scenarios[i], &bench); /* meets everything */
        size_t units = run(&scenarios[i], &bench);
        (void)printf("%s %zu %zu\n", scenarios[i].name, units, allocations);
    }
    return 0;
}
