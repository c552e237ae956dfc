/* page_cache.h - the station's part of the newest page, kept as long as it is true.
 *
 * That part depends on the generation, the reports of the snapshot, the format and the
 * filter, and reports are constant.  So there is no clock and no counter here that could
 * be wrong: a page of the same generation and of the very same reports is the same page,
 * once the map has met all of their paths (apply_counts.h: is_unfinished).
 * What is kept holds references to the reports, so that no others can have their address;
 * generations have numbers, so that an old one goes when a reload replaces it.
 *
 * The newest snapshot is kept, with a piece for each format asked for; a page of others
 * drops all that.  The server thread only.
 */
#ifndef PAGES_PAGE_CACHE_H
#define PAGES_PAGE_CACHE_H

#include <stdbool.h>

#include "model/apply_counts.h"

struct apply_listener;
struct generation;
struct page_cache; /* opaque */
struct page_filter;
struct piece;
struct renderer;
struct snapshot;

/* How a page is wanted. */
struct page_form {
    const struct renderer *renderer;
    const struct page_filter *filter; /* a page with one is made anew each time */
    bool is_packed;
};

/* NULL without memory; a cache that is NULL keeps nothing. */
struct page_cache *page_cache_new(void);

/* NULL is allowed.  Before the server's pieces are gone: after server_stop. */
void page_cache_free(struct page_cache *cache);

/* That page is kept: to give it the map need not be prepared. */
bool page_cache_has(const struct page_cache *cache, const struct generation *generation,
                    const struct snapshot *snapshot, const struct page_form *form);

/* The station's part as a piece, a reference for the caller; NULL if it is too large or
 * there is no memory.  The listener hears only of a page that is made now. */
struct piece *page_cache_station(struct page_cache *cache, struct generation *generation,
                                 struct snapshot *snapshot, const struct page_form *form,
                                 const struct apply_listener *listener,
                                 struct apply_counts *out_counts);

#endif
