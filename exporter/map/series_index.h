/* series_index.h - the series met so far, each with its finished text, in page order.
 *
 * A series is made once and found again by whoever needs it; what changes from page to
 * page is whether it is on it, and its value.
 */
#ifndef MAP_SERIES_INDEX_H
#define MAP_SERIES_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str_index.h"
#include "map/family_table.h"
#include "model/report.h"
#include "model/sample.h"

struct page_series {
    struct series series;
    const struct map_family *family;

    /* Of the page that it was on last; other pages do not look. */
    uint64_t page;
    double value;
    const struct reading *reading; /* whose value it is; NULL: nobody's */
    size_t report;                 /* its report's index in the snapshot */
};

struct series_index {
    struct str_index by_text;
    struct page_series **series; /* malloc'ed; in page order after a sort */
    size_t count;
    size_t size;
    size_t sorted_count;
};

struct series_index series_index_new(size_t max_series);

/* Finds or makes the series in the arena; two of one text are one series.  NULL beyond
 * the maximum or without memory. */
struct page_series *series_index_get(struct series_index *index, struct arena *arena,
                                     const struct map_family *family,
                                     const struct label *labels, size_t label_count);

/* Puts the series in page order if new ones came: families by name, then the text of the
 * labels, numbers in it as numbers. */
void series_index_sort(struct series_index *index);

void series_index_free(struct series_index *index);

#endif
