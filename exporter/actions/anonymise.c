/* anonymise.c - see anonymise.h */
#include "actions/anonymise.h"

#include <stdlib.h>

#include "actions/anonymiser.h"
#include "model/snapshot.h"

/* The third part of a bus name is the device type, which is not personal. */
#define BUS_NAME_HEAD_PARTS 3

/* "com.victronenergy.acload." stays whatever devices are called. */
static struct str replace_bus_name(struct anonymiser *anonymiser, struct str name)
{
    struct str tail = name;

    for (int i = 0; i < BUS_NAME_HEAD_PARTS; i++)
        (void)str_cut(&tail, '.');
    struct str head = {name.p, name.n - tail.n};
    struct str new_tail = anonymiser_name(anonymiser, tail);
    return arena_printf(&anonymiser->arena, "%.*s%.*s", STR_ARG(head), STR_ARG(new_tail));
}

static int compare_readings(const void *left, const void *right)
{
    const struct reading *a = left;
    const struct reading *b = right;

    return str_compare(a->path, b->path);
}

/* A broker tells in no order; what is numbered in order must not depend on that. */
static const struct reading *sorted_readings(struct anonymiser *anonymiser,
                                             const struct report *report)
{
    struct reading *sorted =
        arena_array(&anonymiser->arena, report->reading_count, sizeof *sorted);

    for (size_t i = 0; sorted && i < report->reading_count; i++)
        sorted[i] = report->readings[i];
    if (sorted && report->reading_count)
        qsort(sorted, report->reading_count, sizeof *sorted, compare_readings);
    return sorted;
}

static void replace_readings(struct anonymiser *anonymiser, const struct report *report,
                             struct report *replaced)
{
    const struct reading *sorted = sorted_readings(anonymiser, report);

    for (size_t i = 0; sorted && i < report->reading_count; i++) {
        struct str path =
            arena_copy(&anonymiser->arena, anonymiser_name(anonymiser, sorted[i].path));
        report_add(replaced, path,
                   anonymiser_value(anonymiser, sorted[i].path, sorted[i].value));
    }
}

static struct report *replace_report(struct anonymiser *anonymiser,
                                     const struct report *report)
{
    struct str name = replace_bus_name(anonymiser, report->service);
    struct report *replaced = report_new(name, report->device, report->reading_count);

    anonymiser->device = report->device;
    if (!replaced) {
        anonymiser->failed = true;
        return NULL;
    }
    replace_readings(anonymiser, report, replaced);
    if (report->reading_count)
        report_identify(replaced);
    replaced->outcome = report->outcome;
    anonymiser->counts.too_large +=
        report->refused[REFUSAL_LIMIT] + replaced->refused[REFUSAL_LIMIT];
    return replaced;
}

static struct snapshot *take_walk(struct anonymiser *anonymiser,
                                  const struct snapshot *snapshot)
{
    struct snapshot *replaced = snapshot_new();

    if (!replaced) {
        anonymiser->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < snapshot->report_count && !anonymiser->failed; i++) {
        struct report *report = replace_report(anonymiser, snapshot->reports[i]);
        if (report)
            snapshot_add(replaced, report);
        report_release(report);
    }
    return replaced;
}

static enum err replace_all(struct anonymiser *anonymiser,
                            const struct snapshot *snapshot,
                            struct snapshot **out_anonymous, struct error *error)
{
    snapshot_release(take_walk(anonymiser, snapshot));
    anonymiser_turn(anonymiser);
    if (anonymiser->originals.failed)
        return error_set(error, ERR_TOO_LARGE,
                         "more than the %zu names, serials and addresses allowed",
                         ORIGINALS_MAX);
    struct snapshot *anonymous = take_walk(anonymiser, snapshot);
    if (anonymiser->failed || anonymiser->arena.failed) {
        snapshot_release(anonymous);
        return error_set(error, ERR_MEMORY, "no memory to replace personal data");
    }
    *out_anonymous = anonymous;
    return ERR_OK;
}

enum err anonymise_snapshot(const struct snapshot *snapshot,
                            struct snapshot **out_anonymous,
                            struct anonymise_counts *out_counts, struct error *error)
{
    struct anonymiser anonymiser;

    anonymiser_init(&anonymiser);
    enum err outcome = replace_all(&anonymiser, snapshot, out_anonymous, error);
    if (outcome == ERR_OK)
        *out_counts = anonymiser.counts;
    anonymiser_free(&anonymiser);
    return outcome;
}
