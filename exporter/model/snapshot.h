/* snapshot.h - what a station said, all of it, at one moment.
 *
 * Built by one fetch, then constant and shared by every page that is made of it.
 * The reports in it may be older than the snapshot (device types that are asked
 * seldom); each says when its values came.
 */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "model/limits.h"
#include "model/report.h"

struct snapshot {
    /* Sorted by device type, instance (numbers as numbers) and bus name. */
    struct report *reports[LIMIT_SERVICES];
    size_t report_count;

    bool is_complete;        /* the fetch had ended; false: taken at a deadline */
    double started_at;       /* unix time of the fetch */
    double duration_seconds; /* of the fetch, so far if not complete */
    struct error failure;    /* why it could get nothing at all; ERR_OK if it could, or
                                is not complete */
    int references;
};

/* An empty one with one reference; NULL without memory. */
struct snapshot *snapshot_new(void);

/* Takes a reference of its own.  Before the snapshot is shared. */
void snapshot_add(struct snapshot *snapshot, struct report *report);

/* Puts the reports in order.  Last step before sharing. */
void snapshot_sort(struct snapshot *snapshot);

/* At least one device's values are in it: victron_up. */
bool snapshot_has_values(const struct snapshot *snapshot);

/* The first value of that device type at path, or NULL; *out_report (NULL allowed)
 * says who said it. */
const struct value *snapshot_find(const struct snapshot *snapshot, struct str device,
                                  struct str path, const struct report **out_report);

/* Any thread; release takes NULL. */
struct snapshot *snapshot_reference(struct snapshot *snapshot);
void snapshot_release(struct snapshot *snapshot);

#endif
