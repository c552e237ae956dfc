/* page.h - a page under way: one reading after the other finds its series. */
#ifndef MAP_PAGE_H
#define MAP_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "map/metric_map.h"
#include "map/page_index.h"
#include "model/apply_counts.h"
#include "model/refusal.h"
#include "model/report.h"

struct page {
    struct page_index *index;
    struct arena *arena; /* of the page */
    struct apply_counts *counts;
    const struct apply_listener *listener;
    size_t said; /* readings and series so far */

    const struct report *report;
    size_t report_number; /* in the snapshot */
    size_t json_bytes;    /* parsed so far */
    struct page_device *device;

    /* The reading under way. */
    const struct reading *reading;
    struct page_path *path;
    json_t *json;    /* its value, parsed; NULL: not yet, or it is none */
    bool is_parsed;  /* json was tried */
    bool is_refused; /* counted once, however many rows it has */
};

/* Stamps the reading's values on their series, or counts and tells why not.  path is what
 * the index says of it, NULL if it had no room. */
void page_take_reading(struct page *page, const struct reading *reading,
                       struct page_path *path);

/* Counts a refusal and tells the listener; a reading is counted once, however many rows
 * it has. */
void page_refuse(struct page *page, const struct reading *reading, enum refusal refusal);

#endif
