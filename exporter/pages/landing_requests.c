/* landing_requests.c - the last scrape, request by request, folded until it is wanted. */
#include "model/snapshot.h"
#include "pages/landing_device.h"
#include "pages/landing_parts.h"
#include "pages/page_words.h"
#include "self/self_metrics.h"

static bool was_asked(const struct report *report)
{
    return report->service.n > 0;
}

/* Over MQTT there are no requests: all services have no name. */
static bool has_requests(const struct snapshot *snapshot)
{
    return snapshot->report_count > 0 && was_asked(snapshot->reports[0]);
}

static void add_request(struct buf *page, const struct report *report)
{
    const bool is_good = report->outcome == ERR_OK;

    buf_add_text(page, "<tr><th scope=\"row\">");
    landing_device_add_type(page, report);
    buf_printf(page,
               "</th><td class=\"%s\">%s</td><td class=\"number\">%.0f</td>"
               "<td class=\"number\">%zu</td><td class=\"number\">%zu</td></tr>\n",
               is_good ? "ok" : "bad", is_good ? "ok" : err_reason(report->outcome),
               report->duration_seconds * 1000, report->response_bytes,
               report->reading_count);
}

static void add_failures(struct buf *page, const struct source_facts *facts)
{
    struct buf failures = buf_new(page->max);

    page_words_add_failures(&failures, facts);
    if (failures.n)
        buf_printf(page, "<p>Failures since the start: %.*s.</p>\n",
                   STR_ARG(buf_str(&failures)));
    buf_free(&failures);
}

void landing_add_requests(struct buf *page, const struct landing *landing)
{
    const struct snapshot *snapshot = landing->snapshot;
    size_t bytes = 0;

    add_failures(page, &landing->self->facts);
    if (!has_requests(snapshot))
        return;
    for (size_t i = 0; i < snapshot->report_count; i++)
        bytes += snapshot->reports[i]->response_bytes;
    buf_printf(page,
               "<details><summary>Requests of the last scrape: %zu devices, %zu KB"
               "</summary>\n<table class=\"requests\"><thead><tr><th>Type, instance</th>"
               "<th>Outcome</th><th class=\"number\">ms</th><th class=\"number\">bytes"
               "</th><th class=\"number\">values</th></tr></thead><tbody>\n",
               snapshot->report_count, bytes / 1000);
    for (size_t i = 0; i < snapshot->report_count; i++)
        add_request(page, snapshot->reports[i]);
    buf_add_text(page, "</tbody></table></details>\n");
}
