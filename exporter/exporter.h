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
struct self_view;
struct server;
struct station;

struct exporter {
    const struct config *config; /* constant */
    struct station *station;
    struct server *server;
    double started_at;        /* unix time */
    int64_t started_ms;       /* monotonic */
    struct log_outcome clash; /* of the server's thread */

    /* Guards what follows: a reload by signal and a page meet here. */
    pthread_mutex_t generation_lock;
    struct generation *generation;
    bool was_reload_good;
};

/* A reference to the generation in force, for the caller to release. */
struct generation *exporter_generation(struct exporter *exporter);

/* Reads map, site and web files anew.  A mistake keeps the old ones, is logged and shows
 * in a metric.  Any thread. */
enum err exporter_reload(struct exporter *exporter);

/* Fills what a page's view of ourselves needs, but for the snapshot and its counts. */
void exporter_view(struct exporter *exporter, const struct generation *generation,
                   struct self_view *out_self);

/* The first attempt at the station has ended, or had its time. */
bool exporter_is_ready(struct exporter *exporter);

#endif
