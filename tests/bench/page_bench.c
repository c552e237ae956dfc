/* page_bench.c - readings to page: CPU time and allocations for 100 to 10,000 samples.
 *
 *   page_bench STATION/http/SERVICE.json
 *
 * One recorded service stands in the snapshot as often as the size needs, each time with
 * an instance of its own.  Warm: the map has met every series before.  Beside it, in the
 * same run, the floor: copying a page of the same size.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/file.h"
#include "map/metric_map.h"
#include "model/snapshot.h"
#include "render/renderer.h"
#include "source/http_wire.h"

#define ARENA_MAX ((size_t)256 * 1024 * 1024)
#define TEXT_MAX ((size_t)256 * 1024 * 1024)
#define ROUNDS 31

static size_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *piece, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *piece, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *piece, size_t size)
{
    allocations++;
    return __real_realloc(piece, size);
}

static void give_up(const char *why)
{
    (void)fprintf(stderr, "page_bench: %s\n", why);
    exit(2);
}

static double cpu_microseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct metric_map *load_map(void)
{
    const struct map_options options = {
        .built_in = metric_map_built_in,
        .built_in_count = metric_map_built_in_count,
        .level = MAP_FULL,
        .site = STR_OF("bench"),
    };
    struct buf mistakes = buf_new(TEXT_MAX);
    struct metric_map *map = NULL;

    if (metric_map_load(&options, &map, &mistakes) != ERR_OK)
        give_up("the built-in map does not load");
    buf_free(&mistakes);
    return map;
}

static struct report *a_device(struct str body, struct str service, int instance)
{
    struct report *report = NULL;
    struct error error;
    char text[16];

    if (http_wire_report(service, body, LIMIT_VALUES, &report, &error) != ERR_OK)
        give_up(error.text);
    (void)snprintf(text, sizeof text, "%d", instance);
    report_set_instance(report, str_from(text));
    return report;
}

struct figures {
    size_t samples, bytes, allocations;
    double page_us, copy_us;
};

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

static double median(double values[ROUNDS])
{
    qsort(values, ROUNDS, sizeof *values, compare_doubles);
    return values[ROUNDS / 2];
}

static void write_page(struct metric_map *map, const struct snapshot *snapshot,
                       struct buf *out, struct figures *figures)
{
    const struct page_filter all = {0};
    struct arena arena = arena_new(ARENA_MAX);
    struct sample_set samples = sample_set_in(&arena);
    struct apply_counts counts = {0};

    buf_clear(out);
    metric_map_apply(map, snapshot, &samples, &counts, NULL);
    renderer_for(STR_OF(""))->render(&samples, &all, out);
    figures->samples = samples.count;
    figures->bytes = out->n;
    arena_free(&arena);
}

static struct figures measure(struct metric_map *map, const struct snapshot *snapshot)
{
    struct figures figures = {0};
    double page_us[ROUNDS], copy_us[ROUNDS];
    struct buf out = buf_new(TEXT_MAX);

    write_page(map, snapshot, &out, &figures); /* meets every series */
    char *copy = malloc(out.n ? out.n : 1);
    for (int i = 0; i < ROUNDS && copy; i++) {
        size_t before = allocations;
        double start = cpu_microseconds();
        write_page(map, snapshot, &out, &figures);
        page_us[i] = cpu_microseconds() - start;
        figures.allocations = allocations - before;
        start = cpu_microseconds();
        memcpy(copy, out.p, out.n);
        copy_us[i] = cpu_microseconds() - start;
    }
    figures.page_us = median(page_us);
    figures.copy_us = median(copy_us);
    free(copy);
    buf_free(&out);
    return figures;
}

static struct snapshot *devices(struct str body, struct str service, int count)
{
    struct snapshot *snapshot = snapshot_new();

    for (int i = 0; snapshot && i < count; i++) {
        struct report *report = a_device(body, service, i);
        snapshot_add(snapshot, report);
        report_release(report);
    }
    if (snapshot)
        snapshot_sort(snapshot);
    return snapshot;
}

int main(int argc, char **argv)
{
    static const int counts[] = {1, 2, 5, 10, 20, 50, 100, 200};
    struct buf body = buf_new(TEXT_MAX);
    struct error error;
    struct metric_map *map = load_map();

    if (argc != 3 || file_read(str_from(argv[1]), &body, &error) != ERR_OK)
        give_up("usage: page_bench FILE.json BUS_NAME");
    (void)printf(
        "devices samples bytes allocations page_us copy_us us_per_1000_samples\n");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct snapshot *snapshot = devices(buf_str(&body), str_from(argv[2]), counts[i]);
        struct figures f = measure(map, snapshot);
        (void)printf("%d %zu %zu %zu %.1f %.1f %.1f\n", counts[i], f.samples, f.bytes,
                     f.allocations, f.page_us, f.copy_us,
                     f.page_us * 1000 / (double)(f.samples ? f.samples : 1));
        snapshot_release(snapshot);
    }
    buf_free(&body);
    metric_map_free(map);
    return 0;
}
