/* landing_parts.h - what the parts of the landing page are made of. */
#ifndef PAGES_LANDING_PARTS_H
#define PAGES_LANDING_PARTS_H

#include "base/buf.h"
#include "base/str.h"

struct apply_counts;
struct config;
struct sample_set;
struct self_view;
struct snapshot;

struct landing {
    struct str site;
    const struct config *config;
    const struct snapshot *snapshot;
    const struct sample_set
        *samples; /* of the snapshot, and our own; its arena is used */
    const struct apply_counts *counts;
    const struct self_view *self;
};

/* How bad something is: a class of the style sheet. */
enum landing_level { LANDING_OK, LANDING_WARNING, LANDING_BAD, LANDING_LEVEL_END };

/* "ok", "warning", "bad". */
const char *landing_level_word(enum landing_level level);

/* ---- landing_verdict.c: well or not, at a glance ---- */

/* The worst that is to be said, for the title, "" if all is well: "ALARM". */
enum landing_level landing_worst(const struct landing *landing, const char **out_word);

/* Two verdicts, on the station and on the exporter. */
void landing_add_verdicts(struct buf *page, const struct landing *landing);

/* Why there are no values and what to do; what else is not as it should be. */
void landing_add_notes(struct buf *page, const struct landing *landing);

/* ---- landing_troubles.c: alarms, errors, warnings of the devices ---- */

enum trouble { TROUBLE_ALARM, TROUBLE_ERROR, TROUBLE_WARNING, TROUBLE_END };

void landing_count_troubles(const struct landing *landing,
                            size_t out_counts[TROUBLE_END]);

/* All of them, the worst first; nothing without any. */
void landing_add_troubles(struct buf *page, const struct landing *landing);

/* ---- a file each ---- */

/* The values of the station as a whole, summed over phases; nothing without any. */
void landing_add_overview(struct buf *page, const struct landing *landing);

/* A row for each device: what it is called, its main values, how old they are. */
void landing_add_devices(struct buf *page, const struct landing *landing);

/* The last scrape, request by request; nothing over MQTT, where nobody is asked. */
void landing_add_requests(struct buf *page, const struct landing *landing);

#endif
