/* station_actions.c - --once and --station.unmapped: ask a station, print, end. */
#include <pthread.h>
#include <stdio.h>

#include "actions/actions.h"
#include "actions/output.h"
#include "actions/station_access.h"
#include "base/arena.h"
#include "base/clock.h"
#include "config/config.h"
#include "exporter.h"
#include "generation.h"
#include "map/metric_map.h"
#include "model/snapshot.h"
#include "render/renderer.h"
#include "scrape.h"
#include "self/self_metrics.h"
#include "station.h"

#define UNMAPPED_ARENA_MAX ((size_t)64 * 1024 * 1024)

/* What both actions need: files read, station asked. */
struct answer {
    struct generation *generation;
    struct station *station;
    struct snapshot *snapshot;
};

static void release_answer(struct answer *answer)
{
    snapshot_release(answer->snapshot);
    station_close(answer->station);
    generation_release(answer->generation);
}

static int ask(const struct config *config, struct answer *out_answer)
{
    struct answer answer = {0};
    struct error error = {0};
    struct buf mistakes = buf_new(PAGE_BYTES_MAX);
    enum err outcome = generation_load(config, &answer.generation, &mistakes);

    if (outcome != ERR_OK) {
        (void)fprintf(stderr, "%.*s", STR_ARG(buf_str(&mistakes)));
    } else {
        outcome = station_ask_once(config, metric_map_wants(answer.generation->map),
                                   &answer.station, &answer.snapshot, &error);
        if (outcome != ERR_OK)
            (void)fprintf(stderr, "%s\n", error.text);
    }
    buf_free(&mistakes);
    if (outcome != ERR_OK) {
        release_answer(&answer);
        return EXIT_USAGE;
    }
    (void)metric_map_meet(answer.generation->map, answer.snapshot, SIZE_MAX);
    *out_answer = answer;
    return EXIT_WELL;
}

int action_once(const struct config *config)
{
    const struct page_filter all = {0};
    struct answer answer;
    struct self_view self;
    struct buf page = buf_new(PAGE_BYTES_MAX);
    int code = ask(config, &answer);

    if (code != EXIT_WELL)
        return code;
    struct exporter exporter = {
        .config = config,
        .station = answer.station,
        .started_at = clock_unix_seconds(),
        .generation_lock = PTHREAD_MUTEX_INITIALIZER,
        .generation = answer.generation,
        .was_reload_good = true,
    };
    exporter_view(&exporter, answer.generation, &self);
    self.deadline_seconds = (double)config->scrape_timeout_ms / 1000;
    page.failed |= page_write(answer.generation, answer.snapshot, &self,
                              renderer_for(STR_OF("")), &all, NULL, &page) != ERR_OK;
    code = output_print(&page);
    buf_free(&page);
    if (code == EXIT_WELL && !snapshot_has_values(answer.snapshot))
        code = EXIT_STATION;
    release_answer(&answer);
    return code;
}

static void suggest_row(void *context, const struct apply_note *note)
{
    if (str_equal(str_from(note->what), STR_OF("unmapped")))
        metric_map_suggest(note, context);
}

int action_unmapped(const struct config *config)
{
    struct arena arena = arena_new(UNMAPPED_ARENA_MAX);
    struct sample_set samples = sample_set_in(&arena);
    struct apply_counts counts = {0};
    struct buf rows = buf_new(PAGE_BYTES_MAX);
    const struct apply_listener listener = {suggest_row, &rows};
    struct answer answer;
    struct config every_type = *config;

    every_type.map_level = LEVEL_FULL; /* a type without rows at the level is not asked */
    int code = ask(&every_type, &answer);
    if (code != EXIT_WELL)
        return code;
    metric_map_apply(answer.generation->map, answer.snapshot, &samples, &counts,
                     &listener);
    code = output_print(&rows);
    buf_free(&rows);
    if (code == EXIT_WELL && !snapshot_has_values(answer.snapshot)) {
        (void)fprintf(stderr, "--station.url=%.*s: the station gave no values\n",
                      STR_ARG(config->station_url));
        code = EXIT_STATION;
    }
    arena_free(&arena);
    release_answer(&answer);
    return code;
}
