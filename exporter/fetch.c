/* fetch.c - see fetch.h */
#include "fetch.h"

#include "model/snapshot.h"

void fetch_begin(struct fetch *fetch, struct deadline deadline)
{
    *fetch = (struct fetch){
        .number = fetch->number + 1,
        .deadline = deadline,
        .seen = deadline,
        .started_at = clock_unix_seconds(),
        .started_seconds = clock_monotonic_seconds(),
    };
}

struct deadline fetch_look(struct fetch *fetch)
{
    fetch->seen = fetch->deadline;
    return fetch->seen;
}

bool fetch_is_owed(const struct fetch *fetch)
{
    return deadline_has_passed(fetch->seen) && !deadline_has_passed(fetch->deadline);
}

void fetch_repeat(struct fetch *fetch)
{
    fetch->seen = fetch->deadline;
    fetch->pass++;
}

struct report *fetch_put(struct fetch *fetch, size_t slot, struct report *report)
{
    if (slot >= LIMIT_SERVICES)
        return report;
    struct report *old = fetch->reports[slot];
    fetch->reports[slot] = report;
    fetch->passes[slot] = fetch->pass;
    return old;
}

struct snapshot *fetch_snapshot(const struct fetch *fetch, bool is_complete)
{
    struct snapshot *snapshot = snapshot_new();

    if (!snapshot)
        return NULL;
    for (size_t i = 0; i < LIMIT_SERVICES; i++)
        if (fetch->reports[i] && (!is_complete || fetch->passes[i] == fetch->pass))
            snapshot_add(snapshot, fetch->reports[i]);
    snapshot_sort(snapshot);
    snapshot->is_complete = is_complete;
    snapshot->started_at = fetch->started_at;
    snapshot->duration_seconds = clock_monotonic_seconds() - fetch->started_seconds;
    return snapshot;
}

void fetch_clear(struct fetch *fetch)
{
    for (size_t i = 0; i < LIMIT_SERVICES; i++) {
        report_release(fetch->reports[i]);
        fetch->reports[i] = NULL;
    }
}
