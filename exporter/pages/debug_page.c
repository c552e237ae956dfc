/* debug_page.c - /debug/scrape: one scrape, told as text. */
#include "base/clock.h"
#include "base/decimal.h"
#include "base/utf8.h"
#include "config/config.h"
#include "exporter.h"
#include "generation.h"
#include "map/metric_map.h"
#include "model/snapshot.h"
#include "pages/pages.h"
#include "render/renderer.h"
#include "scrape.h"
#include "self/self_metrics.h"

/* A text value is shown so far: enough to recognise it. */
#define SHOWN_TEXT_MAX 80

/* Told one by one; a station that goes wrong in more places is told so. */
#define NOTES_MAX 1000

struct story {
    struct buf notes;
    size_t note_count;
};

static void add_printable(struct buf *out, struct str text)
{
    struct str shown = utf8_cut(text, SHOWN_TEXT_MAX);

    for (size_t i = 0; i < shown.n; i++) {
        unsigned char c = (unsigned char)shown.p[i];
        buf_add_char(out, c < ' ' || c == 0x7f ? '.' : (char)c);
    }
    if (shown.n < text.n)
        buf_add_text(out, "…");
}

static void add_value(struct buf *out, const struct apply_note *note)
{
    char number[DECIMAL_TEXT_MAX];

    if (note->is_secret) {
        buf_add_text(out, "(not shown)");
        return;
    }
    switch (note->value.kind) {
    case VALUE_NONE:
        buf_add_text(out, "(invalid)");
        break;
    case VALUE_NUMBER:
        buf_add(out, (struct str){number, decimal_print(note->value.number, number)});
        break;
    case VALUE_TEXT:
    case VALUE_JSON:
        add_printable(out, note->value.text);
        break;
    }
}

static void hear(void *context, const struct apply_note *note)
{
    struct story *story = context;

    if (story->note_count++ >= NOTES_MAX)
        return;
    buf_printf(&story->notes, "%-10s %.*s/", note->what, STR_ARG(note->device));
    add_printable(&story->notes, note->instance);
    buf_add_char(&story->notes, ' ');
    add_printable(&story->notes, note->path);
    buf_add_text(&story->notes, " = ");
    add_value(&story->notes, note);
    buf_add_char(&story->notes, '\n');
}

static void tell_requests(struct buf *out, const struct snapshot *snapshot)
{
    buf_printf(out, "%-10s %9s %8s %7s  %s\n", "outcome", "seconds", "bytes", "values",
               "service");
    for (size_t i = 0; i < snapshot->report_count; i++) {
        const struct report *report = snapshot->reports[i];
        const char *outcome =
            report->outcome == ERR_OK ? "ok" : err_reason(report->outcome);
        buf_printf(out, "%-10s %9.3f %8zu %7zu  ", outcome, report->duration_seconds,
                   report->response_bytes, report->reading_count);
        add_printable(out, report->service);
        buf_printf(out, " (%.*s/", STR_ARG(report->device));
        add_printable(out, report->instance);
        buf_add_text(out, ")\n");
    }
}

static void tell(struct exporter *exporter, const struct snapshot *snapshot,
                 struct buf *out)
{
    struct generation *generation = exporter_generation(exporter);
    struct story story = {.notes = buf_new(PAGE_BYTES_MAX)};
    const struct apply_listener listener = {hear, &story};
    const struct page_filter all = {0};
    struct buf page = buf_new(PAGE_BYTES_MAX);
    struct self_view self;

    exporter_view(exporter, generation, &self);
    enum err outcome = page_write(generation, snapshot, &self, renderer_for(STR_OF("")),
                                  &all, &listener, &page);
    buf_printf(out, "site %.*s\n", STR_ARG(generation->site));
    buf_printf(out, "fetch %s after %.3f s, %zu services, page of %zu bytes%s\n\n",
               snapshot->is_complete ? "ended" : "still under way",
               snapshot->duration_seconds, snapshot->report_count, page.n,
               outcome == ERR_OK ? "" : " FAILED");
    tell_requests(out, snapshot);
    buf_printf(out, "\n%zu values made no sample:\n", story.note_count);
    buf_add(out, buf_str(&story.notes));
    out->failed |= story.notes.failed;
    buf_free(&story.notes);
    buf_free(&page);
    generation_release(generation);
}

void debug_page(void *context, struct request *request)
{
    struct exporter *exporter = context;

    if (!page_has_fetch(exporter, request, page_deadline(exporter, request)))
        return;
    struct snapshot *snapshot = page_snapshot(exporter, request);
    struct buf out = buf_new(PAGE_BYTES_MAX);
    if (snapshot)
        tell(exporter, snapshot, &out);
    out.failed |= snapshot == NULL;
    const struct reply reply = {.status = 200, .may_compress = true};
    request_reply(request, &reply, &out);
    snapshot_release(snapshot);
    buf_free(&out);
}
