/* exporter.h - the running program as its pages see it.
 *
 * Made by main, lives until the server has stopped.
 */
#ifndef EXPORTER_H
#define EXPORTER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"

struct config;
struct generation;
struct page_cache;
struct self_view;
struct server;
struct station;
struct web_watch;

struct exporter {
    const struct config *config; /* constant */
    struct station *station;
    struct server *server;
    struct web_watch *web; /* NULL: no --web.config.file */
    double started_at;     /* unix time */
    int64_t started_ms;    /* monotonic */

    /* Of the server's thread. */
    struct log_outcome clash;
    struct page_cache *page_cache; /* NULL: nothing is kept */
    int64_t meet_again_ms;         /* monotonic: new paths are met again from then on */

    /* Guards what follows: a reload by signal and a page meet here. */
    pthread_mutex_t generation_lock;
    struct generation *generation;
    bool was_reload_good;
    uint64_t reloads_asked; /* by pages */
    uint64_t reloads_ended; /* of them, those that main has dealt with */
};

/* A reference to the generation in force, for the caller to release. */
struct generation *exporter_generation(struct exporter *exporter);

/* Reads map, site and web files anew; answers all pages that asked for it before.  A
 * mistake keeps the old ones, is logged and shows in a metric.  Main alone, so that the
 * files that were read last are those in force. */
void exporter_reload(struct exporter *exporter);

/* Has main reload soon; the number is for exporter_has_reloaded.  Any thread. */
uint64_t exporter_ask_reload(struct exporter *exporter);

/* A reload that began after that was asked has ended; how is in *out_was_good. */
bool exporter_has_reloaded(struct exporter *exporter, uint64_t number,
                           bool *out_was_good);

/* Fills what a page's view of ourselves needs, but for the snapshot and its counts. */
void exporter_view(struct exporter *exporter, const struct generation *generation,
                   struct self_view *out_self);

/* The first attempt at the station has ended, or had its time. */
bool exporter_is_ready(struct exporter *exporter);

#endif
