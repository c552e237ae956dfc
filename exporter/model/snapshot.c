/* snapshot.c - see snapshot.h */
#include "model/snapshot.h"

#include <stdlib.h>

struct snapshot *snapshot_new(void)
{
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);

    if (snapshot)
        snapshot->references = 1;
    return snapshot;
}

void snapshot_add(struct snapshot *snapshot, struct report *report)
{
    if (snapshot->report_count < LIMIT_SERVICES)
        snapshot->reports[snapshot->report_count++] = report_reference(report);
}

static int compare_reports(const void *left, const void *right)
{
    const struct report *a = *(struct report *const *)left;
    const struct report *b = *(struct report *const *)right;
    int order = str_compare(a->device, b->device);

    if (order == 0)
        order = str_compare_natural(a->instance, b->instance);
    return order ? order : str_compare(a->service, b->service);
}

void snapshot_sort(struct snapshot *snapshot)
{
    qsort(snapshot->reports, snapshot->report_count, sizeof *snapshot->reports,
          compare_reports);
}

bool snapshot_has_values(const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->report_count; i++)
        if (snapshot->reports[i]->reading_count)
            return true;
    return false;
}

const struct value *snapshot_find(const struct snapshot *snapshot, struct str device,
                                  struct str path, const struct report **out_report)
{
    for (size_t i = 0; i < snapshot->report_count; i++) {
        const struct report *report = snapshot->reports[i];
        const struct value *value =
            str_equal(report->device, device) ? report_find(report, path) : NULL;
        if (value) {
            if (out_report)
                *out_report = report;
            return value;
        }
    }
    return NULL;
}

struct snapshot *snapshot_reference(struct snapshot *snapshot)
{
    (void)__atomic_fetch_add(&snapshot->references, 1, __ATOMIC_RELAXED);
    return snapshot;
}

void snapshot_release(struct snapshot *snapshot)
{
    if (!snapshot || __atomic_fetch_sub(&snapshot->references, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    for (size_t i = 0; i < snapshot->report_count; i++)
        report_release(snapshot->reports[i]);
    free(snapshot);
}
