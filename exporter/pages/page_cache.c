/* page_cache.c - see page_cache.h */
#include "pages/page_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "generation.h"
#include "model/snapshot.h"
#include "render/renderer.h"
#include "scrape.h"
#include "server/piece.h"

/* Three formats, packed and not. */
#define PIECES_MAX 6

/* A page may be longer than the last one by this part of it, and needs no more room. */
#define SPARE_PART 32

struct kept_piece {
    const struct renderer *renderer;
    bool is_packed;
    struct piece *piece;
};

struct page_cache {
    uint64_t generation;       /* of all that follows, by number: none is kept alive */
    struct snapshot *snapshot; /* NULL: empty */
    struct apply_counts counts;
    struct kept_piece pieces[PIECES_MAX];
    size_t piece_count;
    size_t text_bytes; /* of the last page, whatever it was */
};

struct page_cache *page_cache_new(void)
{
    return calloc(1, sizeof(struct page_cache));
}

static void drop(struct page_cache *cache)
{
    size_t text_bytes = cache->text_bytes;

    for (size_t i = 0; i < cache->piece_count; i++)
        piece_release(cache->pieces[i].piece);
    snapshot_release(cache->snapshot);
    *cache = (struct page_cache){.text_bytes = text_bytes};
}

void page_cache_free(struct page_cache *cache)
{
    if (cache)
        drop(cache);
    free(cache);
}

/* Snapshots are made anew for each page, reports only when they differ. */
static bool has_same_reports(const struct snapshot *a, const struct snapshot *b)
{
    return a->report_count == b->report_count &&
           memcmp(a->reports, b->reports, a->report_count * sizeof(struct report *)) == 0;
}

static bool is_of(const struct page_cache *cache, const struct generation *generation,
                  const struct snapshot *snapshot)
{
    return cache->snapshot && cache->generation == generation->number &&
           has_same_reports(cache->snapshot, snapshot);
}

static bool is_filtered(const struct page_form *form)
{
    return form->filter->name_count || form->filter->device_count;
}

static struct piece *find(const struct page_cache *cache, const struct page_form *form)
{
    for (size_t i = 0; i < cache->piece_count; i++)
        if (cache->pieces[i].renderer == form->renderer &&
            cache->pieces[i].is_packed == form->is_packed)
            return cache->pieces[i].piece;
    return NULL;
}

/* *text_bytes is what the last one took, and then what this one does: so that there is
 * room at once. */
static struct piece *make(struct generation *generation, const struct snapshot *snapshot,
                          const struct page_form *form,
                          const struct apply_listener *listener,
                          struct apply_counts *out_counts, size_t *text_bytes)
{
    struct buf text = buf_new(PAGE_BYTES_MAX);

    (void)buf_reserve(&text, *text_bytes + *text_bytes / SPARE_PART);
    if (page_write_station(generation, snapshot, form->renderer, form->filter, listener,
                           out_counts, &text) == ERR_OK) {
        *text_bytes = text.n;
        return piece_new(&text, form->is_packed);
    }
    buf_free(&text);
    return NULL;
}

/* But not what the next page of the same reports would add to. */
static void keep(struct page_cache *cache, const struct generation *generation,
                 struct snapshot *snapshot, const struct page_form *form,
                 struct piece *piece, const struct apply_counts *counts)
{
    if (counts->is_unfinished)
        return;
    if (!cache->snapshot) {
        cache->generation = generation->number;
        cache->snapshot = snapshot_reference(snapshot);
        cache->counts = *counts;
    }
    if (piece->is_packed == form->is_packed && cache->piece_count < PIECES_MAX)
        cache->pieces[cache->piece_count++] =
            (struct kept_piece){form->renderer, form->is_packed, piece_reference(piece)};
}

bool page_cache_has(const struct page_cache *cache, const struct generation *generation,
                    const struct snapshot *snapshot, const struct page_form *form)
{
    return cache && !is_filtered(form) && is_of(cache, generation, snapshot) &&
           find(cache, form);
}

struct piece *page_cache_station(struct page_cache *cache, struct generation *generation,
                                 struct snapshot *snapshot, const struct page_form *form,
                                 const struct apply_listener *listener,
                                 struct apply_counts *out_counts)
{
    size_t unknown = 0;

    if (!cache || is_filtered(form))
        return make(generation, snapshot, form, listener, out_counts, &unknown);
    if (!is_of(cache, generation, snapshot))
        drop(cache);
    struct piece *piece = find(cache, form);
    if (piece) {
        *out_counts = cache->counts;
        return piece_reference(piece);
    }
    piece = make(generation, snapshot, form, listener, out_counts, &cache->text_bytes);
    if (piece)
        keep(cache, generation, snapshot, form, piece, out_counts);
    return piece;
}
