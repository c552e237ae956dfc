/* self_metrics.h - what we say of the scrape and of ourselves (contract 7).
 *
 * Rows of tables: a metric of our own is one row.  Everything is read from a view that
 * the page's maker filled; nothing here asks a clock, a file or the station, but for
 * /proc/self in self_process.c.
 */
#ifndef SELF_SELF_METRICS_H
#define SELF_SELF_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/source_facts.h"

struct apply_counts;
struct sample_set;
struct site_file;
struct snapshot;

/* Requests that our server answered, for one (page, status). */
struct self_request_count {
    const char *handler;
    int status;
    uint64_t count;
};

#define SELF_REQUEST_COUNTS_MAX 64

struct self_view {
    struct str site;
    const struct site_file *site_file; /* NULL without one */
    const struct snapshot *snapshot;   /* of the page */
    const struct apply_counts *counts; /* of the snapshot */
    struct source_facts facts;         /* of the source, by now */
    double unix_seconds;               /* now */
    double started_at;                 /* unix time of the process' start */
    double deadline_seconds;           /* that the scrape had */
    bool has_exporter_metrics;         /* not --web.disable-exporter-metrics */
    bool was_reload_good;              /* the last one, or the start */
    struct self_request_count requests[SELF_REQUEST_COUNTS_MAX];
    size_t request_count;
};

/* Adds the samples, families together, in a fixed order. */
void self_metrics_apply(const struct self_view *self, struct sample_set *samples);

#endif
