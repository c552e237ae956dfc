/* info_series.h - texts that become labels: the rows of one info metric meet here.
 *
 * An item is one series-to-be: a device (and placeholders) with a label for each text.
 * Texts change, and with them the series; the item stays.
 */
#ifndef MAP_INFO_SERIES_H
#define MAP_INFO_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/str_index.h"
#include "map/series_index.h"
#include "model/limits.h"

struct info_item {
    const struct map_family *family;
    struct label *labels; /* those that stay, then one for each text */
    size_t fixed_count;
    size_t text_count;

    /* Of the page that it was touched on last. */
    uint64_t page;
    const struct reading **readings; /* where each text came from; NULL: not yet */
    size_t report;                   /* of the first text, index in the snapshot */
    struct info_item *next_touched;

    /* As it was shown last. */
    struct str *shown; /* copies of the texts */
    struct page_series *series;
};

/* Items of one family; LIMIT_INFO_SERIES of them are shown.  There may be one for each
 * device besides: victron_device_info has no other bound. */
#define INFO_ITEMS_MAX ((size_t)20 * LIMIT_INFO_SERIES)

struct info_index {
    struct str_index by_key;
    size_t *counts; /* of items, by the order of the family; in the arena, NULL: none */
    size_t family_count;
    struct info_item *touched; /* on this page, newest first */
};

struct info_index info_index_new(size_t max_items, size_t family_count);

/* Finds or makes the item in the arena.  extra_key keeps items apart that have the same
 * labels (placeholders that are no labels).  NULL beyond a maximum or without memory.
 */
struct info_item *info_index_get(struct info_index *index, struct arena *arena,
                                 const struct map_family *family,
                                 const struct label *labels, size_t label_count,
                                 struct str extra_key);

/* No further item of that family is made. */
bool info_index_is_full(const struct info_index *index, const struct map_family *family);

/* Puts the item on the page, without texts if it was not on it yet. */
void info_item_touch(struct info_index *index, struct info_item *item, uint64_t page,
                     size_t report);

/* Sets the text of a label; of two texts for it the one of the lower path stays.  The
 * text must live as long as the page.  reading may be NULL: nobody else sets this label.
 */
void info_item_put(struct info_item *item, struct str label, struct str text,
                   const struct reading *reading);

/* Gives each touched item its series and puts that on the page, with the value 1.  An
 * item without any text has none, unless a device's identity.  Calls lost for an item
 * that had no room. */
void info_index_finish(struct info_index *index, struct series_index *series,
                       struct arena *arena, uint64_t page,
                       void (*lost)(void *context, const struct info_item *item),
                       void *context);

/* A reading that gave the item a text; NULL without any. */
const struct reading *info_item_reading(const struct info_item *item);

void info_index_free(struct info_index *index);

#endif
