/* fetch_slots.c - see fetch_slots.h */
#include "source/fetch_slots.h"

#include "model/report.h"
#include "source/source.h"

/* Bodies of the answers that are kept for one fetch; 75 real services make 330 KB. */
#define FETCH_BYTES_MAX ((size_t)4 * LIMIT_ANSWER_BYTES)

void fetch_slots_put(struct fetch_slots *slots, size_t slot, struct report *report)
{
    if (!report)
        return;
    slots->all[slot].values = report->reading_count;
    slots->all[slot].bytes = report->response_bytes;
    slots->collector->put(slots->collector->context, slot, report);
}

size_t fetch_slots_room_for_values(const struct fetch_slots *slots, size_t slot)
{
    size_t used = 0;

    for (size_t i = 0; i < LIMIT_SERVICES; i++)
        used += i == slot ? 0 : slots->all[i].values;
    return used < LIMIT_VALUES ? LIMIT_VALUES - used : 0;
}

size_t fetch_slots_room_for_bytes(const struct fetch_slots *slots)
{
    size_t used = 0;

    for (size_t i = 0; i < LIMIT_SERVICES; i++)
        used += slots->all[i].bytes;
    size_t room = used < FETCH_BYTES_MAX ? FETCH_BYTES_MAX - used : 0;
    return room < LIMIT_ANSWER_BYTES ? room : LIMIT_ANSWER_BYTES;
}
