/* landing_page.c - /: the newest readings for a person, without scripts. */
#include "base/clock.h"
#include "config/config.h"
#include "exporter.h"
#include "generation.h"
#include "model/snapshot.h"
#include "pages/html.h"
#include "pages/pages.h"
#include "scrape.h"
#include "self/build.h"
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
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
    "1rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8886}"
    "td.n{text-align:right}.bad{color:#e02f44;font-weight:600}.ok{color:#37a858}"
    "</style></head><body>\n";

static void add_cell(struct buf *page, struct str text)
{
    buf_add_text(page, "<td>");
    html_add_escaped(page, text);
    buf_add_text(page, "</td>");
}

static struct str text_at(const struct report *report, struct str path)
{
    const struct value *value = report_find(report, path);

    return value && value->kind == VALUE_TEXT ? value->text : STR_OF("");
}

static void add_device(struct buf *page, const struct report *report, double now)
{
    struct str name = text_at(report, STR_OF("/CustomName"));

    buf_add_text(page, "<tr>");
    add_cell(page, report->device);
    add_cell(page, report->instance);
    add_cell(page, name.n ? name : text_at(report, STR_OF("/ProductName")));
    if (report->outcome == ERR_OK)
        buf_printf(page, "<td class=\"ok\">ok</td><td class=\"n\">%.0f s</td>",
                   now - report->updated_at);
    else
        buf_printf(page, "<td class=\"bad\">%s</td><td class=\"n\">–</td>",
                   err_reason(report->outcome));
    buf_add_text(page, "</tr>\n");
}

static void add_devices(struct buf *page, const struct snapshot *snapshot)
{
    double now = clock_unix_seconds();

    buf_add_text(page, "<table><thead><tr><th>Device</th><th>Instance</th><th>Name</th>"
                       "<th>Last request</th><th>Age</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < snapshot->report_count; i++)
        add_device(page, snapshot->reports[i], now);
    buf_add_text(page, "</tbody></table>\n");
}

static void add_links(struct buf *page, const struct config *config)
{
    buf_add_text(page, "<p><a href=\"");
    html_add_escaped(page, config->telemetry_path);
    buf_add_text(
        page,
        "\">Metrics</a> · <a href=\"/debug/scrape\">Last scrape, told</a> · "
        "<a href=\"/-/healthy\">Healthy</a> · <a href=\"/-/ready\">Ready</a></p>\n");
}

static void add_page(struct buf *page, const struct exporter *exporter,
                     const struct snapshot *snapshot)
{
    bool is_up = snapshot_has_values(snapshot);

    buf_add_text(page, head);
    buf_add_text(page, "<h1>Victron station ");
    html_add_escaped(page, exporter->config->site);
    buf_printf(page, "</h1>\n<p class=\"%s\">%s</p>\n", is_up ? "ok" : "bad",
               is_up ? "The station answers." : "The station gives no values.");
    add_devices(page, snapshot);
    buf_printf(page, "<p>The last fetch took %.3f s.</p>\n", snapshot->duration_seconds);
    add_links(page, exporter->config);
    buf_printf(page, "<p>victron_exporter %s</p></body></html>\n", build_version);
}

void landing_page(void *context, struct request *request)
{
    struct exporter *exporter = context;
    struct snapshot *snapshot = station_recent_snapshot(exporter->station, RECENT_MS);

    if (!snapshot) {
        if (!page_has_fetch(exporter, request, page_deadline(exporter, request)))
            return;
        snapshot = station_snapshot(exporter->station);
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
