/* scrape.h - one page of one snapshot: the second half of a scrape.
 *
 * The first half, getting the snapshot, is station.h.  A page has two parts, one behind
 * the other: what the station said, which is the same as long as the snapshot is, and
 * what we say of the scrape and of ourselves, which is new on each page.
 */
#ifndef SCRAPE_H
#define SCRAPE_H

#include "base/buf.h"
#include "base/err.h"

struct apply_counts;
struct apply_listener;
struct generation;
struct page_filter;
struct renderer;
struct self_view;
struct snapshot;

#define PAGE_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* The station's part: of these arguments alone, to the byte.  listener (NULL allowed)
 * hears of each value that made no sample.
 * One thread at a time for one generation.  ERR_TOO_LARGE: out is not to be sent. */
enum err page_write_station(struct generation *generation,
                            const struct snapshot *snapshot,
                            const struct renderer *renderer,
                            const struct page_filter *filter,
                            const struct apply_listener *listener,
                            struct apply_counts *out_counts, struct buf *out)
    __attribute__((warn_unused_result));

/* Our own part, to the page's end.  Pure but for the clocks that stand in self, whose
 * snapshot and counts are those of the station's part: a station that failed still gives
 * a page, with victron_up 0. */
enum err page_write_self(const struct self_view *self, const struct renderer *renderer,
                         const struct page_filter *filter, struct buf *out)
    __attribute__((warn_unused_result));

/* Both.  self->snapshot and self->counts are filled in here. */
enum err page_write(struct generation *generation, const struct snapshot *snapshot,
                    struct self_view *self, const struct renderer *renderer,
                    const struct page_filter *filter,
                    const struct apply_listener *listener, struct buf *out)
    __attribute__((warn_unused_result));

#endif
