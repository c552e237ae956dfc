/* fetch_slots.h - what one fetch has put into its slots, and how much more it may keep.
 */
#ifndef SOURCE_FETCH_SLOTS_H
#define SOURCE_FETCH_SLOTS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/limits.h"

struct collector;
struct report;

struct fetch_slot {
    size_t values; /* of its report */
    size_t bytes;  /* of the answer that it was made of */
    bool is_skipped;
};

/* Zeroed but for the collector to begin with; lives as long as a fetch. */
struct fetch_slots {
    const struct collector *collector;
    struct fetch_slot all[LIMIT_SERVICES];
};

/* Hands the report to the collector, with the caller's reference; NULL is allowed. */
void fetch_slots_put(struct fetch_slots *slots, size_t slot, struct report *report);

/* For a new report of that slot: LIMIT_VALUES of a station less what the others hold. */
size_t fetch_slots_room_for_values(const struct fetch_slots *slots, size_t slot);

/* For the body of one more answer. */
size_t fetch_slots_room_for_bytes(const struct fetch_slots *slots);

#endif
