/* fetch.h - one conversation with the station, while it goes on.
 *
 * Plain data; its owner's lock guards it.
 */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "model/limits.h"

struct report;
struct snapshot;

struct fetch {
    uint64_t number;          /* counts from 1 */
    struct deadline deadline; /* of the last who waits for it */
    struct report *reports[LIMIT_SERVICES];
    double started_at;      /* unix time */
    double started_seconds; /* monotonic */
    bool is_settled;        /* nothing more will come by the deadline */
};

/* The next one: empties it (reports are released before) and counts on. */
void fetch_begin(struct fetch *fetch, struct deadline deadline);

/* Takes report over and returns what stood there (or report itself when the slot is out
 * of range): the caller's to release, outside the lock. */
struct report *fetch_put(struct fetch *fetch, size_t slot, struct report *report);

/* What it has by now; a reference for the caller, NULL without memory. */
struct snapshot *fetch_snapshot(const struct fetch *fetch, bool is_complete);

/* Releases the reports. */
void fetch_clear(struct fetch *fetch);

#endif
