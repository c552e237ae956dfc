/* metrics_page.c - /metrics: always a valid page, whatever the station does. */
#include "base/clock.h"
#include "config/config.h"
#include "exporter.h"
#include "generation.h"
#include "map/metric_map.h"
#include "model/apply_counts.h"
#include "model/snapshot.h"
#include "model/want.h"
#include "pages/page_cache.h"
#include "pages/page_words.h"
#include "pages/pages.h"
#include "render/renderer.h"
#include "scrape.h"
#include "self/self_metrics.h"
#include "server/piece.h"

/* More than any dashboard asks for; a longer list is refused, not cut. */
#define FILTER_MAX 64

#define REFUSAL_BYTES_MAX ((size_t)16 * 1024)

struct filter_words {
    struct str names[FILTER_MAX];
    struct str devices[FILTER_MAX];
};

/* What a page tells of devices that were left out, to be logged once. */
struct clash_story {
    struct error first; /* empty text: none */
};

static void hear_clash(void *context, const struct apply_note *note)
{
    struct clash_story *story = context;

    if (story->first.text[0] == '\0' &&
        str_equal(str_from(note->what), str_from(refusal_word(REFUSAL_CLASH))))
        (void)error_set(&story->first, ERR_OK, "%.*s/%.*s %.*s", STR_ARG(note->device),
                        STR_ARG(note->instance), STR_ARG(note->path));
}

/* A page that was kept tells no story, only its counts. */
static void log_clash(struct exporter *exporter, const struct clash_story *story,
                      const struct apply_counts *counts)
{
    if (story->first.text[0]) {
        if (log_outcome_failed(&exporter->clash, str_from(story->first.text)))
            log_write(LOG_WARN,
                      "left out: another device or path has the same series already",
                      "first", story->first.text, NULL);
    } else if (counts->refused[REFUSAL_CLASH] == 0 &&
               log_outcome_recovered(&exporter->clash, NULL)) {
        log_write(LOG_INFO, "no series clash any more", NULL);
    }
}

static void refuse_device(struct request *request, struct str word,
                          const struct want_list *known)
{
    struct buf text = buf_new(REFUSAL_BYTES_MAX);

    buf_add_text(&text, "device[]=");
    page_words_add_printable(&text, word);
    buf_add_text(&text, " is no device type; there are");
    for (size_t i = 0; i < known->count; i++)
        if (!str_equal(known->wants[i].device, STR_OF("*")))
            buf_printf(&text, " %.*s", STR_ARG(known->wants[i].device));
    for (size_t i = 0; i < known->unwanted_count; i++)
        buf_printf(&text, " %.*s", STR_ARG(known->unwanted[i]));
    buf_add_char(&text, '\n');
    request_reply(request, &(struct reply){.status = 400}, &text);
    buf_free(&text);
}

/* False: the request is answered 400 already. */
static bool read_filter(struct request *request, const struct generation *generation,
                        struct filter_words *words, struct page_filter *out_filter)
{
    const struct want_list *known = metric_map_wants(generation->map);
    size_t names = request_arguments(request, "name[]", words->names, FILTER_MAX);
    size_t devices = request_arguments(request, "device[]", words->devices, FILTER_MAX);

    if (names > FILTER_MAX || devices > FILTER_MAX) {
        request_reply_text(request, 400, "At most 64 name[] and 64 device[] arguments.");
        return false;
    }
    for (size_t i = 0; i < devices; i++) {
        if (!want_list_knows(known, words->devices[i])) {
            refuse_device(request, words->devices[i], known);
            return false;
        }
    }
    *out_filter = (struct page_filter){words->names, names, words->devices, devices};
    return true;
}

/* What we say of the scrape and of ourselves, behind the station's part. */
static struct piece *own_part(struct exporter *exporter, struct request *request,
                              const struct generation *generation,
                              const struct snapshot *snapshot,
                              const struct apply_counts *counts,
                              const struct page_form *form)
{
    struct buf text = buf_new(PAGE_BYTES_MAX);
    struct self_view self;

    exporter_view(exporter, generation, &self);
    self.deadline_seconds =
        (double)(page_deadline(exporter, request).at_ms - request_started_ms(request)) /
        1000;
    self.snapshot = snapshot;
    self.counts = counts;
    text.failed |= page_write_self(&self, form->renderer, form->filter, &text) != ERR_OK;
    return piece_new(&text, form->is_packed);
}

static void answer(struct exporter *exporter, struct request *request,
                   struct generation *generation, struct snapshot *snapshot,
                   const struct page_form *form)
{
    const struct reply reply = {
        .status = 200,
        .content_type = form->renderer->content_type,
        .may_compress = true,
        .varies = true,
    };
    struct clash_story story = {0};
    const struct apply_listener listener = {hear_clash, &story};
    struct apply_counts counts = {0};
    struct piece *pieces[2] = {NULL, NULL};

    pieces[0] = page_cache_station(exporter->page_cache, generation, snapshot, form,
                                   &listener, &counts);
    log_clash(exporter, &story, &counts);
    if (pieces[0])
        pieces[1] = own_part(exporter, request, generation, snapshot, &counts, form);
    if (pieces[1])
        request_reply_pieces(request, &reply, pieces, 2);
    else
        request_reply_text(request, 500, "The page is too large or there is no memory.");
    piece_release(pieces[0]);
    piece_release(pieces[1]);
}

/* False: the answer comes later, or there is one already. */
static bool is_ready(struct exporter *exporter, struct request *request,
                     struct generation *generation, const struct snapshot *snapshot,
                     const struct page_form *form)
{
    return page_cache_has(exporter->page_cache, generation, snapshot, form) ||
           page_is_prepared(exporter, request, generation, snapshot);
}

void metrics_page(void *context, struct request *request)
{
    struct exporter *exporter = context;
    struct generation *generation = exporter_generation(exporter);
    struct filter_words words;
    struct page_filter filter;

    if (read_filter(request, generation, &words, &filter) &&
        page_has_fetch(exporter, request, page_deadline(exporter, request))) {
        const struct page_form form = {
            .renderer = renderer_for(request_header(request, "Accept")),
            .filter = &filter,
            .is_packed = request_takes_gzip(request),
        };
        struct snapshot *snapshot = page_snapshot(exporter, request);
        if (snapshot && is_ready(exporter, request, generation, snapshot, &form))
            answer(exporter, request, generation, snapshot, &form);
        else if (!snapshot)
            request_reply_text(request, 500, "No memory for the page.");
        snapshot_release(snapshot);
    }
    generation_release(generation);
}
