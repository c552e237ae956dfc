/* landing_parts.h - what the parts of the landing page are made of. */
#ifndef PAGES_LANDING_PARTS_H
#define PAGES_LANDING_PARTS_H

#include "base/buf.h"
#include "base/str.h"

struct apply_counts;
struct sample_set;
struct snapshot;

struct landing {
    struct str site;
    const struct snapshot *snapshot;
    const struct sample_set *samples; /* of the snapshot; its arena is used, too */
    const struct apply_counts *counts;
    double now; /* unix time */
};

/* The values of the station as a whole, summed over phases; nothing without any. */
void landing_add_overview(struct buf *page, const struct landing *landing);

/* Every alarm and warning, or that there is none. */
void landing_add_alarms(struct buf *page, const struct landing *landing);

/* A row for each device: what it is called, its main values, how old they are. */
void landing_add_devices(struct buf *page, const struct landing *landing);

#endif
