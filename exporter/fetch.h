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
    struct deadline seen;     /* what the source saw of it last */
    unsigned pass;            /* of the source through its services */
    struct report *reports[LIMIT_SERVICES];
    unsigned passes[LIMIT_SERVICES]; /* in which each report came */
    double started_at;               /* unix time */
    double started_seconds;          /* monotonic */
    bool is_settled;                 /* nothing more will come by the deadline */
};

/* The next one: empties it (reports are released before) and counts on. */
void fetch_begin(struct fetch *fetch, struct deadline deadline);

/* The deadline, for the source. */
struct deadline fetch_look(struct fetch *fetch);

/* The source came back since no time was left that it knew of; somebody joined meanwhile
 * who has some, and must not get what was given up for others. */
bool fetch_is_owed(const struct fetch *fetch);

/* The source goes through its services once more.  What it does not report again is not
 * in the complete snapshot. */
void fetch_repeat(struct fetch *fetch);

/* Takes report over and returns what stood there (or report itself when the slot is out
 * of range): the caller's to release, outside the lock. */
struct report *fetch_put(struct fetch *fetch, size_t slot, struct report *report);

/* What it has by now; a reference for the caller, NULL without memory. */
struct snapshot *fetch_snapshot(const struct fetch *fetch, bool is_complete);

/* Releases the reports. */
void fetch_clear(struct fetch *fetch);

#endif
