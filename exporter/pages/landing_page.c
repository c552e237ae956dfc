/* landing_page.c - /: the newest readings for a person, without scripts. */
#include <inttypes.h>

#include "base/arena.h"
#include "base/clock.h"
#include "config/config.h"
#include "exporter.h"
#include "generation.h"
#include "map/metric_map.h"
#include "model/apply_counts.h"
#include "model/sample.h"
#include "model/snapshot.h"
#include "pages/html.h"
#include "pages/landing_parts.h"
#include "pages/main_values.h"
#include "pages/pages.h"
#include "scrape.h"
#include "self/build.h"
#include "self/self_metrics.h"
#include "station.h"

/* Readings this new are shown without asking the station again. */
#define RECENT_MS 30000

#define CONTENT_POLICY                                                                   \
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "                   \
    "form-action 'none'; frame-ancestors 'none'"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    "<meta name=\"color-scheme\" content=\"light dark\">"
    "<title>victron_exporter</title><style>"
    ":root{color-scheme:light dark;--line:#8884;--dim:#5c6370;--bad:#c4162a;"
    "--warning:#8a5a00;--ok:#1a7f37}"
    "@media(prefers-color-scheme:dark){:root{--dim:#a0a6b0;--bad:#ff7383;"
    "--warning:#f2b84b;--ok:#56d364}}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:1.5rem auto;"
    "padding:0 1rem;overflow-wrap:anywhere}"
    "h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:1.5rem 0 .3rem}"
    "p{margin:.3rem 0}ul{padding-left:1.2rem;margin:.3rem 0}"
    "small,.dim,i{color:var(--dim);font-style:normal}small{font-size:.8rem}"
    ".bad,.bad small{color:var(--bad)}.warning{color:var(--warning)}"
    ".ok{color:var(--ok)}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));"
    "gap:.6rem;margin:1rem 0}.tiles:empty{display:none}"
    ".tiles div{border:1px solid var(--line);border-radius:.5rem;padding:.4rem .7rem}"
    ".tiles small,.tiles b{display:block}.tiles b{font-size:1.3rem;line-height:1.4}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;"
    "border-bottom:1px solid var(--line)}"
    "thead th{color:var(--dim);font-size:.8rem}"
    "table{table-layout:fixed}th:nth-child(1){width:10rem}th:nth-child(2){width:12rem}"
    "th:nth-child(4){width:5.5rem}"
    ".values span{display:inline-block;margin-right:.9rem;"
    "font-variant-numeric:tabular-nums}"
    ".age{color:var(--dim)}"
    "footer{margin:1.5rem 0}"
    "@media(max-width:40rem){thead{display:none}table,tbody{display:block}"
    "tr{display:block;padding:.4rem 0;border-bottom:1px solid var(--line)}"
    "th,td{display:inline;border:0;padding:0 .4rem 0 0}"
    ".values{display:block}.age{font-size:.8rem}.age::before{content:\"age \"}}"
    "</style></head><body>\n";

static void add_station(struct buf *page, const struct snapshot *snapshot)
{
    static const struct str paths[] = {STR("/Device/Model"),
                                       STR("/Firmware/Installed/Version")};
    const char *separator = "";

    buf_add_text(page, "<p class=\"dim\">");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct value *value =
            snapshot_find(snapshot, STR_OF("platform"), paths[i], NULL);
        if (!value || value->kind != VALUE_TEXT || value->text.n == 0)
            continue;
        buf_add_text(page, separator);
        html_add_escaped(page, value->text);
        separator = " · ";
    }
    buf_add_text(page, "</p>\n");
}

/* How the newest fetch went, in a sentence or two. */
static void add_scrape(struct buf *page, const struct landing *landing)
{
    const struct snapshot *snapshot = landing->snapshot;
    const bool is_up = snapshot_has_values(snapshot);
    size_t good = 0;

    for (size_t i = 0; i < snapshot->report_count; i++)
        good += snapshot->reports[i]->outcome == ERR_OK;
    buf_printf(page, "<p><b class=\"%s\">%s</b> ", is_up ? "ok" : "bad",
               is_up ? "The station answers." : "The station gives no values.");
    if (snapshot->report_count)
        buf_printf(page, "%zu of %zu devices gave their values. ", good,
                   snapshot->report_count);
    if (snapshot->started_at > 0) {
        buf_printf(page, "The last fetch took %.3f s%s and began ",
                   snapshot->duration_seconds, snapshot->is_complete ? "" : " so far");
        main_value_print_duration(page, landing->now - snapshot->started_at);
        buf_add_text(page, " ago.");
    }
    buf_add_text(page, "</p>\n");
}

/* Why something failed since the start; nothing if nothing did. */
static void add_failures(struct buf *page, const struct source_facts *facts)
{
    bool is_first = true;

    for (int code = ERR_OK + 1; code < ERR_STATION_END; code++) {
        if (facts->failures[code] == 0)
            continue;
        buf_printf(page, "%s%s %" PRIu64,
                   is_first ? "<p>Failures since the start: " : ", ",
                   err_reason((enum err)code), facts->failures[code]);
        is_first = false;
    }
    if (!is_first)
        buf_add_text(page, ".</p>\n");
}

static void add_counts(struct buf *page, const struct apply_counts *counts)
{
    size_t refused = 0;

    for (size_t i = 0; i < REFUSAL_END; i++)
        refused += counts->refused[i];
    buf_printf(page,
               "<p class=\"dim\">Samples: %zu. Paths that the map does not know: %zu. "
               "Values refused: %zu.%s</p>\n",
               counts->samples, counts->unmapped, refused,
               counts->unmapped || refused ? " <a href=\"/debug/scrape\">Which ones</a>"
                                           : "");
}

static void add_links(struct buf *page, const struct config *config)
{
    buf_add_text(page, "<p><a href=\"");
    html_add_escaped(page, config->telemetry_path);
    buf_add_text(
        page,
        "\">Metrics</a> · <a href=\"/debug/scrape\">Last scrape in detail</a> · "
        "<a href=\"/-/healthy\">Healthy</a> · <a href=\"/-/ready\">Ready</a></p>\n");
}

static void add_body(struct buf *page, const struct exporter *exporter,
                     const struct landing *landing, const struct source_facts *facts)
{
    buf_add_text(page, head);
    buf_add_text(page, "<h1>Victron station ");
    html_add_escaped(page, landing->site);
    buf_add_text(page, "</h1>\n");
    add_station(page, landing->snapshot);
    add_scrape(page, landing);
    add_failures(page, facts);
    landing_add_overview(page, landing);
    landing_add_alarms(page, landing);
    landing_add_devices(page, landing);
    buf_add_text(page, "<footer>\n");
    add_counts(page, landing->counts);
    add_links(page, exporter->config);
    buf_printf(page, "<p class=\"dim\">victron_exporter %s</p></footer></body></html>\n",
               build_version);
}

static void add_page(struct buf *page, struct exporter *exporter,
                     const struct snapshot *snapshot)
{
    struct generation *generation = exporter_generation(exporter);
    struct arena arena = arena_new(PAGE_BYTES_MAX);
    struct sample_set samples = sample_set_in(&arena);
    struct apply_counts counts = {0};
    const struct landing landing = {
        .site = generation->site,
        .snapshot = snapshot,
        .samples = &samples,
        .counts = &counts,
        .now = clock_unix_seconds(),
    };

    struct self_view self;

    exporter_view(exporter, generation, &self);
    metric_map_apply(generation->map, snapshot, &samples, &counts, NULL);
    add_body(page, exporter, &landing, &self.facts);
    page->failed |= samples.failed || arena.failed;
    arena_free(&arena);
    generation_release(generation);
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
    struct buf page = buf_new(PAGE_BYTES_MAX);
    if (snapshot)
        add_page(&page, exporter, snapshot);
    page.failed |= snapshot == NULL;
    const struct reply reply = {
        .status = 200,
        .content_type = "text/html; charset=utf-8",
        .csp = CONTENT_POLICY,
        .may_compress = true,
    };
    request_reply(request, &reply, &page);
    snapshot_release(snapshot);
    buf_free(&page);
}
