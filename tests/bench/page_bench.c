/* page_bench.c - readings to page: CPU time and allocations as a station grows.
 *
 *   page_bench STATION/http/SERVICE.json
 *
 * One recorded service stands in the snapshot as often as the size needs, each time with
 * an instance of its own.  Warm: the map has met every series before; but what is
 * measured (bench_moved) differs from one page to the next.  Beside it, in the same run,
 * the floor: copying a page of the same size.
 */
#include <time.h>

#include "base/arena.h"
#include "bench_input.h"
#include "render/renderer.h"
#include "server/compression.h"

#define ARENA_MAX ((size_t)256 * 1024 * 1024)
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

static double cpu_microseconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

struct times {
    double us[ROUNDS];
};

static double median(struct times *times)
{
    qsort(times->us, ROUNDS, sizeof *times->us, compare_doubles);
    return times->us[ROUNDS / 2];
}

struct figures {
    size_t samples, bytes, allocations;
    struct times text, openmetrics, packing, copy;
};

static size_t write_page(struct metric_map *map, const struct snapshot *snapshot,
                         const char *accept, struct buf *out)
{
    const struct page_filter all = {0};
    struct arena arena = arena_new(ARENA_MAX);
    struct sample_set samples = sample_set_in(&arena);
    struct apply_counts counts = {0};

    buf_clear(out);
    metric_map_apply(map, snapshot, &samples, &counts, NULL);
    renderer_for(str_from(accept))->render(&samples, &all, out);
    arena_free(&arena);
    return samples.count;
}

/* OpenMetrics is always of the one snapshot and text of the other: two pages of the same
 * values in a row would find all numbers printed. */
static void measure_round(struct metric_map *map, struct snapshot *const stations[2],
                          struct buf *out, char *copy, struct figures *figures, int i)
{
    struct checksum checksum;
    double start = cpu_microseconds();

    (void)write_page(map, stations[1], "application/openmetrics-text;version=1.0.0", out);
    figures->openmetrics.us[i] = cpu_microseconds() - start;

    size_t before = allocations;
    start = cpu_microseconds();
    figures->samples = write_page(map, stations[0], "", out);
    figures->text.us[i] = cpu_microseconds() - start;
    figures->allocations = allocations - before;
    figures->bytes = out->n;

    start = cpu_microseconds();
    struct buf packed = compression_deflate(buf_str(out), &checksum);
    figures->packing.us[i] = cpu_microseconds() - start;
    buf_free(&packed);

    start = cpu_microseconds();
    memcpy(copy, out->p, out->n);
    __asm__ volatile("" : : "r"(copy) : "memory"); /* somebody may read it */
    figures->copy.us[i] = cpu_microseconds() - start;
}

static struct figures measure(struct metric_map *map, struct snapshot *const stations[2])
{
    struct figures figures = {0};
    struct buf out = buf_new(BENCH_TEXT_MAX);

    (void)write_page(map, stations[0], "", &out); /* meets every series */
    (void)write_page(map, stations[1], "", &out);
    char *copy = malloc(2 * out.n + 1);
    if (!copy)
        give_up("no memory");
    for (int i = 0; i < ROUNDS; i++)
        measure_round(map, stations, &out, copy, &figures, i);
    free(copy);
    buf_free(&out);
    return figures;
}

static void print_row(int devices, struct figures *figures)
{
    double text_us = median(&figures->text);

    (void)printf("%d %zu %zu %zu %.1f %.1f %.1f %.1f %.1f\n", devices, figures->samples,
                 figures->bytes, figures->allocations, text_us,
                 median(&figures->openmetrics), median(&figures->packing),
                 median(&figures->copy),
                 text_us * 1000 / (double)(figures->samples ? figures->samples : 1));
}

int main(int argc, char **argv)
{
    static const int counts[] = {1, 2, 4, 8, 16, 36, 72};

    if (argc != 2)
        give_up("usage: page_bench FILE.json");
    struct buf body = bench_file(argv[1]);
    struct str service = bench_service(argv[1]);
    struct metric_map *map = bench_map();
    (void)printf("devices samples bytes allocations text_us openmetrics_us packing_us "
                 "copy_us text_us_per_1000\n");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct snapshot *stations[2];
        for (int shift = 0; shift < 2; shift++)
            stations[shift] = bench_station(buf_str(&body), service, counts[i], shift);
        struct figures figures = measure(map, stations);
        print_row(counts[i], &figures);
        snapshot_release(stations[0]);
        snapshot_release(stations[1]);
    }
    buf_free(&body);
    metric_map_free(map);
    return 0;
}
