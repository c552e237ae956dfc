/* station.h - one station: its source, the fetch under way, the newest snapshot.
 *
 * Many scrapers, one conversation: a scrape joins the fetch under way or starts one,
 * and is answered at its own deadline with what that fetch has by then.  Nobody is
 * blocked here: a scraper waits in the server and asks again when it is woken.
 *
 * A source that waits for the network is collected on the station's own thread;
 * one that only reads memory is collected by the caller.
 */
#ifndef STATION_H
#define STATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct snapshot;
struct source;
struct station; /* a thread and a lock; opaque */
struct want_list;

struct station_options {
    int64_t min_interval_ms;     /* scrapes within this time after a fetch share it */
    void (*wake)(void *context); /* a fetch settled or ended: ask again; any thread */
    void *wake_context;
};

/* Takes source over, also when it fails.  Starts no fetch yet. */
enum err station_open(struct source *source, const struct station_options *options,
                      struct station **out_station, struct error *error)
    __attribute__((warn_unused_result));

/* What to ask for from the next fetch on.  Copies wants. */
enum err station_set_wants(struct station *station, const struct want_list *wants,
                           struct error *error) __attribute__((warn_unused_result));

/* Joins the fetch under way, or one that ended less than min_interval ago, or starts
 * one; it runs at least until the deadline.  Returns the fetch's number, never 0. */
uint64_t station_join(struct station *station, struct deadline deadline);

/* Nothing more will come to that fetch by the deadlines of those who wait. */
bool station_is_settled(struct station *station, uint64_t fetch);

/* Blocks until station_is_settled or the deadline; for callers without a server. */
void station_wait(struct station *station, uint64_t fetch, struct deadline deadline);

/* What that fetch has by now; once it has ended, the newest that ended, which is that one
 * or a later one, never one that has only begun.  A reference for the caller; NULL
 * without memory. */
struct snapshot *station_snapshot(struct station *station, uint64_t fetch);

/* The newest fetch that ended, if that is at most max_age_ms ago; else NULL. */
struct snapshot *station_recent_snapshot(struct station *station, int64_t max_age_ms);

/* The first attempt at the station has ended, well or badly. */
bool station_is_ready(struct station *station);

/* The source, for its facts. */
struct source *station_source(struct station *station);

/* Ends the fetch under way, joins the thread, closes the source.  NULL is allowed. */
void station_close(struct station *station);

#endif
