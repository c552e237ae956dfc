/* debug_requests.c - how each request of a scrape went, and what the outcomes mean. */
#include "model/snapshot.h"
#include "pages/debug_parts.h"
#include "pages/outcome_words.h"
#include "pages/page_words.h"

#define DEVICE_COLUMNS 20
#define WORD_COLUMNS 12

static const char *word_of(const struct report *report)
{
    return report->outcome == ERR_OK ? "ok" : err_reason(report->outcome);
}

static void add_device(struct buf *out, const struct report *report, size_t width)
{
    struct buf name = buf_new(out->max);

    buf_add(&name, report->device);
    buf_add_char(&name, '/');
    buf_add(&name, report->instance);
    debug_add_column(out, buf_str(&name), width);
    out->failed |= name.failed;
    buf_free(&name);
}

static void add_age(struct buf *out, const struct report *report, double unix_seconds)
{
    if (report->updated_at > 0)
        buf_printf(out, " %8.1f", unix_seconds - report->updated_at);
    else
        buf_printf(out, " %8s", "-");
}

/* Of a device that was not asked there is nothing to measure. */
static void add_request(struct buf *out, const struct report *report, double unix_seconds)
{
    buf_printf(out, "%-*s", WORD_COLUMNS, word_of(report));
    if (report->outcome == ERR_SKIPPED)
        buf_printf(out, " %8s %8s %7s", "-", "-", "-");
    else
        buf_printf(out, " %8.3f %8zu %7zu", report->duration_seconds,
                   report->response_bytes, report->reading_count);
    add_age(out, report, unix_seconds);
    buf_add_text(out, "  ");
    add_device(out, report, DEVICE_COLUMNS);
    buf_add_char(out, ' ');
    page_words_add_printable(out, report->service);
    buf_add_char(out, '\n');
}

/* Over MQTT nobody is asked. */
static void add_device_line(struct buf *out, const struct report *report,
                            double unix_seconds)
{
    buf_printf(out, "%7zu", report->reading_count);
    add_age(out, report, unix_seconds);
    buf_add_text(out, "  ");
    add_device(out, report, 0);
    buf_add_char(out, '\n');
}

static bool is_first_of_its_kind(const struct snapshot *snapshot, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (snapshot->reports[i]->outcome == snapshot->reports[index]->outcome)
            return false;
    return true;
}

static void explain_outcomes(struct buf *out, const struct snapshot *snapshot)
{
    bool is_first = true;

    for (size_t i = 0; i < snapshot->report_count; i++) {
        const struct report *report = snapshot->reports[i];
        if (report->outcome == ERR_OK || !is_first_of_its_kind(snapshot, i))
            continue;
        const struct outcome_words *words = outcome_words_of(report->outcome);
        if (is_first)
            buf_add_char(out, '\n');
        is_first = false;
        buf_printf(out, "%-*s %s\n%-*s ", WORD_COLUMNS, word_of(report), words->meaning,
                   WORD_COLUMNS, "");
        debug_add_wrapped(out, WORD_COLUMNS + 1, words->over_http);
    }
}

void debug_add_requests(struct buf *out, const struct snapshot *snapshot, bool is_mqtt,
                        double unix_seconds)
{
    if (snapshot->report_count == 0)
        return;
    if (is_mqtt)
        buf_printf(out, "\n%7s %8s  %s\n", "values", "age, s", "device");
    else
        buf_printf(out, "\n%-*s %8s %8s %7s %8s  %-*s %s\n", WORD_COLUMNS, "outcome",
                   "seconds", "bytes", "values", "age, s", DEVICE_COLUMNS, "device",
                   "service");
    for (size_t i = 0; i < snapshot->report_count; i++)
        if (is_mqtt)
            add_device_line(out, snapshot->reports[i], unix_seconds);
        else
            add_request(out, snapshot->reports[i], unix_seconds);
    explain_outcomes(out, snapshot);
}
