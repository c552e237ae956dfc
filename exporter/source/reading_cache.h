/* reading_cache.h - the latest reading of each place, and how the conversation stands.
 *
 * The thread that talks to the station writes, the scrapes read.  The cache owns the only
 * lock between them; it is held for copies.  A place goes when the station empties it, or
 * when two complete full publishes in a row did not name it; a device goes with its last
 * place.  Slots are stable: a device keeps its own until it is gone.
 */
#ifndef SOURCE_READING_CACHE_H
#define SOURCE_READING_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/refusal.h"
#include "model/value.h"
#include "source/reading_place.h"
#include "source/source.h"

struct reading_cache; /* opaque */

/* How the conversation stands; plain data, copied in and out whole. */
struct cache_status {
    struct source_facts facts;
    bool is_ready;      /* source_is_ready */
    bool is_shown;      /* readings may be shown as long as life is recent */
    int64_t life_at_ms; /* monotonic time of the last sign of life */
    struct error error; /* why there is nothing to show, if there is nothing */
};

/* How a full publish ended. */
enum full_end {
    FULL_ANSWERED,  /* by the completion of what we asked for */
    FULL_COMPLETED, /* by another client's, which may have begun before ours */
    FULL_OVERDUE,   /* none came in time */
};

/* NULL without memory. */
struct reading_cache *reading_cache_new(void);

/* NULL is allowed. */
void reading_cache_free(struct reading_cache *cache);

/* --- for the talking thread; now is unix time --- */

/* The station said value.  False: over a limit, and the place has no value. */
bool reading_cache_put(struct reading_cache *cache, const struct reading_place *place,
                       const struct value *value, double now);

/* What the station said last was refused: no older value may stand for it. */
void reading_cache_refuse(struct reading_cache *cache, const struct reading_place *place,
                          enum refusal refusal, double now);

/* The place is gone. */
void reading_cache_remove(struct reading_cache *cache, const struct reading_place *place,
                          double now);

/* Unix time was set back by so many seconds: so is the time of what came before. */
void reading_cache_set_back(struct reading_cache *cache, double seconds);

/* Forgets all readings. */
void reading_cache_clear(struct reading_cache *cache);

/* A full publish was asked for: what comes from now on is named by it. */
void reading_cache_begin_full(struct reading_cache *cache);

/* It ended.  True if it was complete: it named the device system/0 and at least 90 % of
 * the places of the last one.  After FULL_COMPLETED an incomplete one goes on.  Without
 * a full publish under way: false, nothing done. */
bool reading_cache_end_full(struct reading_cache *cache, enum full_end end);

void reading_cache_set_status(struct reading_cache *cache,
                              const struct cache_status *status);

/* --- for any thread --- */

void reading_cache_status(struct reading_cache *cache, struct cache_status *out_status);

/* Slots from here on are empty. */
size_t reading_cache_slot_end(struct reading_cache *cache);

/* The device in that slot (below LIMIT_SERVICES) as a report, NULL if there is none, or
 * no memory for it.  An unchanged device gives the same report again; the caller releases
 * it. */
struct report *reading_cache_report(struct reading_cache *cache, size_t slot);

#endif
