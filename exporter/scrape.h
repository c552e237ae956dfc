/* scrape.h - one page of one snapshot: the second half of a scrape.
 *
 * The first half, getting the snapshot, is station.h.
 */
#ifndef SCRAPE_H
#define SCRAPE_H

#include "base/buf.h"
#include "base/err.h"

struct apply_listener;
struct generation;
struct page_filter;
struct renderer;
struct self_view;
struct snapshot;

#define PAGE_BYTES_MAX ((size_t)64 * 1024 * 1024)

/* Maps the snapshot, adds our own metrics, renders.  Pure but for the clocks that
 * stand in self; a station that failed still gives a page: victron_up 0.
 * self->snapshot and self->counts are filled in here.  listener (NULL allowed) hears of
 * each value that made no sample.
 * One thread at a time for one generation.  ERR_TOO_LARGE: out is not to be sent. */
enum err page_write(struct generation *generation, const struct snapshot *snapshot,
                    struct self_view *self, const struct renderer *renderer,
                    const struct page_filter *filter,
                    const struct apply_listener *listener, struct buf *out)
    __attribute__((warn_unused_result));

#endif
