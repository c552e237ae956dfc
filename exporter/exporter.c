/* exporter.c - see exporter.h */
#include "exporter.h"

#include <signal.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "config/config.h"
#include "generation.h"
#include "map/metric_map.h"
#include "self/self_metrics.h"
#include "server/server.h"
#include "source/source.h"
#include "station.h"
#include "web/web_watch.h"

#define MISTAKES_MAX ((size_t)64 * 1024)

struct generation *exporter_generation(struct exporter *exporter)
{
    (void)pthread_mutex_lock(&exporter->generation_lock);
    struct generation *generation = generation_reference(exporter->generation);
    (void)pthread_mutex_unlock(&exporter->generation_lock);
    return generation;
}

static void take_over(struct exporter *exporter, struct generation *generation,
                      uint64_t reloads_ended)
{
    (void)pthread_mutex_lock(&exporter->generation_lock);
    struct generation *old = generation ? exporter->generation : NULL;
    if (generation) {
        generation->number = old->number + 1;
        exporter->generation = generation;
    }
    exporter->was_reload_good = generation != NULL;
    exporter->reloads_ended = reloads_ended;
    (void)pthread_mutex_unlock(&exporter->generation_lock);
    generation_release(old);
    if (exporter->server)
        server_wake(exporter->server);
}

static uint64_t reloads_asked(struct exporter *exporter)
{
    (void)pthread_mutex_lock(&exporter->generation_lock);
    uint64_t number = exporter->reloads_asked;
    (void)pthread_mutex_unlock(&exporter->generation_lock);
    return number;
}

static void log_mistakes(struct buf *mistakes)
{
    struct str rest = buf_str(mistakes);

    while (rest.n) {
        struct str line = str_cut(&rest, '\n');
        struct error error;
        (void)error_set(&error, ERR_USAGE, "%.*s", STR_ARG(line));
        log_write(LOG_ERROR, "reload refused, the old files stay in force", "error",
                  error.text, NULL);
    }
}

/* All files are read, so that all mistakes are told at once. */
static enum err load_files(const struct exporter *exporter,
                           struct generation **out_generation, struct buf *mistakes)
{
    enum err of_web = exporter->web ? web_watch_reload(exporter->web, mistakes) : ERR_OK;
    enum err of_others = generation_load(exporter->config, out_generation, mistakes);

    return of_others != ERR_OK ? of_others : of_web;
}

void exporter_reload(struct exporter *exporter)
{
    uint64_t asked = reloads_asked(exporter); /* before the files are read */
    struct buf mistakes = buf_new(MISTAKES_MAX);
    struct generation *generation = NULL;
    struct error error;
    enum err outcome = load_files(exporter, &generation, &mistakes);

    if (outcome == ERR_OK) {
        outcome = station_set_wants(exporter->station, metric_map_wants(generation->map),
                                    &error);
        if (outcome != ERR_OK)
            buf_printf(&mistakes, "%s\n", error.text);
    }
    if (outcome == ERR_OK) {
        log_write(LOG_INFO, "reloaded", NULL);
    } else {
        generation_release(generation);
        generation = NULL;
        log_mistakes(&mistakes);
    }
    take_over(exporter, generation, asked);
    buf_free(&mistakes);
}

/* Main waits for signals; one that is pending already serves several who ask. */
uint64_t exporter_ask_reload(struct exporter *exporter)
{
    (void)pthread_mutex_lock(&exporter->generation_lock);
    uint64_t number = ++exporter->reloads_asked;
    (void)pthread_mutex_unlock(&exporter->generation_lock);
    (void)kill(getpid(), SIGHUP);
    return number;
}

bool exporter_has_reloaded(struct exporter *exporter, uint64_t number, bool *out_was_good)
{
    (void)pthread_mutex_lock(&exporter->generation_lock);
    bool has_ended = exporter->reloads_ended >= number;
    *out_was_good = exporter->was_reload_good;
    (void)pthread_mutex_unlock(&exporter->generation_lock);
    return has_ended;
}

static void add_request_count(void *context, const char *name, int status, uint64_t count)
{
    struct self_view *self = context;

    if (self->request_count < SELF_REQUEST_COUNTS_MAX)
        self->requests[self->request_count++] =
            (struct self_request_count){name, status, count};
}

void exporter_view(struct exporter *exporter, const struct generation *generation,
                   struct self_view *out_self)
{
    *out_self = (struct self_view){
        .site = generation->site,
        .site_file = generation->has_site_file ? &generation->site_file : NULL,
        .unix_seconds = clock_unix_seconds(),
        .started_at = exporter->started_at,
        .has_exporter_metrics = !exporter->config->web_disable_exporter_metrics,
    };
    (void)pthread_mutex_lock(&exporter->generation_lock);
    out_self->was_reload_good = exporter->was_reload_good;
    (void)pthread_mutex_unlock(&exporter->generation_lock);
    source_facts(station_source(exporter->station), &out_self->facts);
    if (exporter->server)
        server_count_requests(exporter->server, add_request_count, out_self);
}

bool exporter_is_ready(struct exporter *exporter)
{
    int64_t age_ms = clock_monotonic_ms() - exporter->started_ms;

    return station_is_ready(exporter->station) ||
           age_ms >= exporter->config->scrape_timeout_ms;
}
