/* landing_verdict.c - is the station well, does the exporter work: two words and why. */
#include <math.h>

#include "model/sample.h"
#include "model/snapshot.h"
#include "pages/html.h"
#include "pages/landing_device.h"
#include "pages/landing_parts.h"
#include "pages/main_values.h"
#include "pages/outcome_words.h"
#include "pages/page_words.h"
#include "self/self_metrics.h"

/* Beyond it the GX's clock is worth a word: it dates its history and its alarms. */
#define CLOCK_OFFSET_SECONDS 60

struct verdict {
    enum landing_level level;
    const char *word;
};

const char *landing_level_word(enum landing_level level)
{
    static const char *const levels[LANDING_LEVEL_END] = {
        [LANDING_OK] = "ok",
        [LANDING_WARNING] = "warning",
        [LANDING_BAD] = "bad",
    };

    return levels[level];
}

/* ---- judging ---- */

static size_t answered(const struct snapshot *snapshot)
{
    size_t count = 0;

    for (size_t i = 0; i < snapshot->report_count; i++)
        count += snapshot->reports[i]->outcome == ERR_OK;
    return count;
}

static size_t absent_devices(const struct snapshot *snapshot)
{
    size_t count = 0;

    for (size_t i = 0; i < snapshot->report_count; i++)
        count += snapshot->reports[i]->is_disconnected;
    return count;
}

static struct verdict judge_station(const struct landing *landing,
                                    const size_t troubles[TROUBLE_END])
{
    if (!snapshot_has_values(landing->snapshot))
        return (struct verdict){LANDING_WARNING, "UNKNOWN"};
    if (troubles[TROUBLE_ALARM])
        return (struct verdict){LANDING_BAD, "ALARM"};
    if (troubles[TROUBLE_ERROR])
        return (struct verdict){LANDING_BAD, "ERROR"};
    if (troubles[TROUBLE_WARNING])
        return (struct verdict){LANDING_WARNING, "WARNING"};
    return (struct verdict){LANDING_OK, "OK"};
}

static struct verdict judge_exporter(const struct snapshot *snapshot)
{
    if (!snapshot_has_values(snapshot))
        return (struct verdict){LANDING_BAD, "NO VALUES"};
    if (answered(snapshot) < snapshot->report_count)
        return (struct verdict){LANDING_WARNING, "INCOMPLETE"};
    return (struct verdict){LANDING_OK, "OK"};
}

enum landing_level landing_worst(const struct landing *landing, const char **out_word)
{
    size_t troubles[TROUBLE_END];

    landing_count_troubles(landing, troubles);
    const struct verdict exporter = judge_exporter(landing->snapshot);
    const struct verdict station = judge_station(landing, troubles);
    const struct verdict worst = station.level > exporter.level ? station : exporter;
    *out_word = worst.level == LANDING_OK ? "" : worst.word;
    return worst.level;
}

/* ---- the station ---- */

static void add_count(struct buf *page, const char *separator, size_t count,
                      const char *noun)
{
    buf_printf(page, "%s%zu %s%s", separator, count, noun, count == 1 ? "" : "s");
}

static void add_station_text(struct buf *page, const struct landing *landing,
                             const size_t troubles[TROUBLE_END])
{
    static const char *const nouns[TROUBLE_END] = {"alarm", "error", "warning"};
    const size_t absent = absent_devices(landing->snapshot);
    const char *separator = "";

    if (!snapshot_has_values(landing->snapshot)) {
        buf_add_text(page, "It gives no values.");
        return;
    }
    for (int i = 0; i < TROUBLE_END; i++) {
        if (troubles[i] == 0)
            continue;
        add_count(page, separator, troubles[i], nouns[i]);
        separator = ", ";
    }
    buf_add_text(page, *separator ? "." : "No alarms.");
    if (absent) {
        add_count(page, " ", absent, "device");
        buf_add_text(page, " not connected.");
    }
}

/* ---- the exporter ---- */

static void add_took(struct buf *page, double seconds)
{
    if (seconds < 1)
        buf_printf(page, "%.0f" NO_BREAK_SPACE "ms", seconds * 1000);
    else
        buf_printf(page, "%.1f" NO_BREAK_SPACE "s", seconds);
}

static double newest_value_at(const struct snapshot *snapshot)
{
    double newest = 0;

    for (size_t i = 0; i < snapshot->report_count; i++)
        newest = fmax(newest, snapshot->reports[i]->updated_at);
    return newest;
}

/* A moment, and how long ago it was: a page stays open longer than it is true. */
static void add_moment(struct buf *page, const char *what, double at, double now)
{
    if (at <= 0)
        return;
    buf_printf(page, "<small>%s ", what);
    main_value_print_duration(page, now - at);
    buf_add_text(page, " ago: ");
    page_words_add_time(page, at);
    buf_add_text(page, "</small>");
}

static void add_fetch_text(struct buf *page, const struct landing *landing)
{
    const struct snapshot *snapshot = landing->snapshot;

    if (snapshot->report_count)
        buf_printf(page, "%zu of %zu devices answered%s", answered(snapshot),
                   snapshot->report_count, snapshot->is_complete ? " in " : " within ");
    else
        buf_add_text(page, snapshot->is_complete ? "Nothing came in " : "No answer for ");
    add_took(page, snapshot->duration_seconds);
    buf_add_char(page, '.');
    add_moment(page, "Asked", snapshot->started_at, landing->self->unix_seconds);
}

static void add_cache_text(struct buf *page, const struct landing *landing)
{
    const struct snapshot *snapshot = landing->snapshot;
    const struct source_facts *facts = &landing->self->facts;
    const double now = landing->self->unix_seconds;

    buf_add_text(page, facts->value[FACT_MQTT_CONNECTED] > 0
                           ? "Connected to the MQTT broker"
                           : "Not connected to the MQTT broker");
    if (facts->is_known[FACT_MQTT_HEARTBEAT_AT]) {
        buf_add_text(page, ", heartbeat of the GX ");
        main_value_print_duration(page, now - facts->value[FACT_MQTT_HEARTBEAT_AT]);
        buf_add_text(page, " ago");
    }
    if (snapshot->report_count)
        add_count(page, ", ", snapshot->report_count, "device");
    buf_add_char(page, '.');
    add_moment(page, "Newest value", newest_value_at(snapshot), now);
}

static bool is_mqtt(const struct landing *landing)
{
    return landing->self->facts.is_known[FACT_MQTT_CONNECTED];
}

static void begin_verdict(struct buf *page, const char *subject, struct verdict verdict)
{
    buf_printf(page, "<div class=\"%s\"><p>%s: <b class=\"%s\">%s</b></p><p>",
               landing_level_word(verdict.level), subject,
               landing_level_word(verdict.level), verdict.word);
}

void landing_add_verdicts(struct buf *page, const struct landing *landing)
{
    size_t troubles[TROUBLE_END];

    landing_count_troubles(landing, troubles);
    buf_add_text(page, "<div class=\"verdicts\">");
    begin_verdict(page, "Station", judge_station(landing, troubles));
    add_station_text(page, landing, troubles);
    buf_add_text(page, "</p></div>");
    begin_verdict(page, "Exporter", judge_exporter(landing->snapshot));
    if (is_mqtt(landing))
        add_cache_text(page, landing);
    else
        add_fetch_text(page, landing);
    buf_add_text(page, "</p></div></div>\n");
}

/* ---- notes ---- */

static void add_why(struct buf *page, const struct error *failure, const char *advice)
{
    const char *reason = err_reason(failure->code);

    buf_printf(
        page,
        "<div class=\"why bad\"><h2>Why there are no values</h2>\n<p><b>%s</b>: %s."
        "</p>\n<p>%s <a href=\"" DOCS_URL "troubleshooting.md#%s\">More</a></p>"
        "<p><small>",
        reason, outcome_words_of(failure->code)->meaning, advice, reason);
    html_add_escaped(page, str_from(failure->text));
    buf_add_text(page, "</small></p></div>\n");
}

static void explain(struct buf *page, const struct landing *landing)
{
    const struct error failure = page_words_failure(landing->snapshot);

    if (failure.code == ERR_OK)
        return;
    const struct outcome_words *words = outcome_words_of(failure.code);
    add_why(page, &failure, is_mqtt(landing) ? words->over_mqtt : words->over_http);
}

static bool find_clock_offset(const struct landing *landing, double *out_seconds)
{
    const struct sample_set *samples = landing->samples;

    for (size_t i = 0; i < samples->count; i++) {
        if (!str_equal(samples->samples[i].series->family->name,
                       STR_OF("victron_clock_offset_seconds")))
            continue;
        *out_seconds = samples->samples[i].value;
        return true;
    }
    return false;
}

void landing_add_notes(struct buf *page, const struct landing *landing)
{
    double offset = 0;

    explain(page, landing);
    if (!landing->self->was_reload_good)
        buf_add_text(page, "<p class=\"warning\">The last reload was refused, the files "
                           "before it are in force. The log says why.</p>\n");
    if (find_clock_offset(landing, &offset) && fabs(offset) > CLOCK_OFFSET_SECONDS) {
        buf_add_text(page, "<p class=\"warning\">The clock of the GX is ");
        main_value_print_duration(page, fabs(offset));
        buf_printf(page, " %s.</p>\n", offset > 0 ? "ahead" : "behind");
    }
}
