/* landing_page.c - /: the newest readings for a person, without scripts. */
#include "base/arena.h"
#include "config/config.h"
#include "exporter.h"
#include "generation.h"
#include "map/metric_map.h"
#include "model/apply_counts.h"
#include "model/sample.h"
#include "model/snapshot.h"
#include "pages/html.h"
#include "pages/landing_parts.h"
#include "pages/landing_style.h"
#include "pages/outcome_words.h"
#include "pages/page_words.h"
#include "pages/pages.h"
#include "scrape.h"
#include "self/build.h"
#include "self/self_metrics.h"
#include "station.h"

/* Readings this new are shown without asking the station again. */
#define RECENT_MS 30000

#define POLICY_BYTES_MAX ((size_t)512)

/* A disc in the colour of the page's verdict: several stations in the tabs of one
 * browser.  An icon in the page is also one that no browser asks for. */
static const char *const colours[LANDING_LEVEL_END] = {
    [LANDING_OK] = "2da44e",
    [LANDING_WARNING] = "d68f00",
    [LANDING_BAD] = "d1242f",
};

static void add_head(struct buf *page, const struct landing *landing)
{
    const char *word = "";
    const enum landing_level level = landing_worst(landing, &word);

    buf_printf(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<link rel=\"icon\" href=\"data:image/svg+xml,%%3Csvg "
        "xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'%%3E%%3Ccircle cx='4.5' "
        "cy='4.5' r='4' fill='%%23%s'/%%3E%%3C/svg%%3E\">\n<title>%s%s",
        colours[level], word, *word ? ": " : "");
    html_add_escaped(page, landing->site);
    buf_printf(page, " – Victron station</title>\n<style>%s</style></head><body>\n",
               landing_style);
}

static void add_address(struct buf *page, const struct config *config)
{
    struct buf address = buf_new(page->max);

    page_words_add_address(&address, config);
    buf_add_text(page, " · ");
    html_add_escaped(page, buf_str(&address));
    buf_free(&address);
}

static void add_station(struct buf *page, const struct landing *landing)
{
    static const struct str paths[] = {STR("/Device/Model"),
                                       STR("/Firmware/Installed/Version")};

    buf_add_text(page, "<h1>");
    html_add_isolated(page, landing->site);
    buf_add_text(page, "</h1>\n<p class=\"dim\">Victron station");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct value *value =
            snapshot_find(landing->snapshot, STR_OF("platform"), paths[i], NULL);
        if (!value || value->kind != VALUE_TEXT || value->text.n == 0)
            continue;
        buf_add_text(page, " · ");
        html_add_isolated(page, value->text);
    }
    add_address(page, landing->config);
    buf_add_text(page, "</p>\n");
}

static void add_counts(struct buf *page, const struct apply_counts *counts)
{
    size_t refused = 0;

    for (size_t i = 0; i < REFUSAL_END; i++)
        refused += counts->refused[i];
    buf_printf(page,
               "<p>Samples: %zu. Paths that the map does not know: %zu. Values refused: "
               "%zu.%s</p>\n",
               counts->samples, counts->unmapped, refused,
               counts->unmapped || refused ? " <a href=\"./debug/scrape\">Which ones</a>"
                                           : "");
}

/* Relative, so that they also lead somewhere behind a proxy that adds a prefix. */
static void add_links(struct buf *page, const struct config *config)
{
    buf_add_text(page, "<nav><a href=\".");
    html_add_escaped(page, config->telemetry_path);
    buf_add_text(page,
                 "\">Metrics</a> <a href=\"./debug/scrape\">Last scrape in detail</a> "
                 "<a href=\"./-/healthy\">Healthy?</a> "
                 "<a href=\"./-/ready\">Ready?</a> "
                 "<a href=\"" DOCS_URL "README.md\">Documentation</a> "
                 "<a href=\"" DOCS_URL "troubleshooting.md\">Troubleshooting</a>"
                 "</nav>\n");
}

static void add_document(struct buf *page, const struct landing *landing)
{
    add_head(page, landing);
    add_station(page, landing);
    landing_add_verdicts(page, landing);
    landing_add_notes(page, landing);
    landing_add_troubles(page, landing);
    landing_add_overview(page, landing);
    landing_add_devices(page, landing);
    buf_add_text(page, "<footer>\n");
    landing_add_requests(page, landing);
    add_counts(page, landing->counts);
    add_links(page, landing->config);
    buf_printf(page, "<p class=\"dim\">victron_exporter %s</p></footer></body></html>\n",
               build_version);
}

static void add_page(struct buf *page, struct exporter *exporter,
                     struct generation *generation, const struct snapshot *snapshot)
{
    struct arena arena = arena_new(PAGE_BYTES_MAX);
    struct sample_set samples = sample_set_in(&arena);
    struct apply_counts counts = {0};
    struct self_view self;
    const struct landing landing = {
        .site = generation->site,
        .config = exporter->config,
        .snapshot = snapshot,
        .samples = &samples,
        .counts = &counts,
        .self = &self,
    };

    exporter_view(exporter, generation, &self);
    metric_map_apply(generation->map, snapshot, &samples, &counts, NULL);
    self.snapshot = snapshot;
    self.counts = &counts;
    self_metrics_apply(&self, &samples);
    add_document(page, &landing);
    page->failed |= samples.failed || arena.failed;
    arena_free(&arena);
}

/* Of all that a page can hold only its own style and icon are let in. */
static void send(struct request *request, struct buf *page)
{
    struct buf policy = buf_new(POLICY_BYTES_MAX);

    buf_printf(&policy,
               "default-src 'none'; style-src '%s'; img-src data:; base-uri 'none'; "
               "form-action 'none'; frame-ancestors 'none'",
               landing_style_hash);
    buf_add_char(&policy, '\0');
    page->failed |= policy.failed;
    const struct reply reply = {
        .status = 200,
        .content_type = "text/html; charset=utf-8",
        .csp = policy.p,
        .may_compress = true,
    };
    request_reply(request, &reply, page);
    buf_free(&policy);
}

void landing_page(void *context, struct request *request)
{
    struct exporter *exporter = context;
    struct snapshot *snapshot = station_recent_snapshot(exporter->station, RECENT_MS);

    if (!snapshot) {
        if (!page_has_fetch(exporter, request, page_deadline(exporter, request)))
            return;
        snapshot = page_snapshot(exporter, request);
    }
    struct generation *generation = exporter_generation(exporter);
    if (!snapshot || page_is_prepared(exporter, request, generation, snapshot)) {
        struct buf page = buf_new(PAGE_BYTES_MAX);
        if (snapshot)
            add_page(&page, exporter, generation, snapshot);
        page.failed |= snapshot == NULL;
        send(request, &page);
        buf_free(&page);
    }
    snapshot_release(snapshot);
    generation_release(generation);
}
