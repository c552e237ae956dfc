/* scrape.c - see scrape.h */
#include "scrape.h"

#include "base/arena.h"
#include "generation.h"
#include "map/metric_map.h"
#include "model/apply_counts.h"
#include "model/sample.h"
#include "render/renderer.h"
#include "self/self_metrics.h"

/* LIMIT_VALUES samples with their list, and the texts of info series. */
#define PAGE_ARENA_MAX ((size_t)64 * 1024 * 1024)

enum err page_write_station(struct generation *generation,
                            const struct snapshot *snapshot,
                            const struct renderer *renderer,
                            const struct page_filter *filter,
                            const struct apply_listener *listener,
                            struct apply_counts *out_counts, struct buf *out)
{
    struct arena arena = arena_new(PAGE_ARENA_MAX);
    struct sample_set samples = sample_set_in(&arena);

    metric_map_apply(generation->map, snapshot, &samples, out_counts, listener);
    renderer->render(&samples, filter, out);

    enum err outcome = samples.failed || out->failed ? ERR_TOO_LARGE : ERR_OK;
    arena_free(&arena);
    return outcome;
}

enum err page_write_self(const struct self_view *self, const struct renderer *renderer,
                         const struct page_filter *filter, struct buf *out)
{
    struct arena arena = arena_new(PAGE_ARENA_MAX);
    struct sample_set samples = sample_set_in(&arena);

    self_metrics_apply(self, &samples);
    renderer->render(&samples, filter, out);
    buf_add_text(out, renderer->end);

    enum err outcome = samples.failed || out->failed ? ERR_TOO_LARGE : ERR_OK;
    arena_free(&arena);
    return outcome;
}

enum err page_write(struct generation *generation, const struct snapshot *snapshot,
                    struct self_view *self, const struct renderer *renderer,
                    const struct page_filter *filter,
                    const struct apply_listener *listener, struct buf *out)
{
    struct apply_counts counts = {0};
    enum err outcome = page_write_station(generation, snapshot, renderer, filter,
                                          listener, &counts, out);

    self->snapshot = snapshot;
    self->counts = &counts;
    if (outcome == ERR_OK)
        outcome = page_write_self(self, renderer, filter, out);
    self->counts = NULL;
    return outcome;
}
