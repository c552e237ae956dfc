/* self_metrics.c - the station as a whole: up, durations, counts; and the order of the
 * chapters. */
#include "self/self_metrics.h"

#include "base/clock.h"
#include "model/apply_counts.h"
#include "model/sample.h"
#include "model/snapshot.h"
#include "self/self_parts.h"

struct station_row {
    struct family family;

    /* False: there is no such number now, and so no series. */
    bool (*number)(const struct self_view *self, double *out);
};

static bool up(const struct self_view *self, double *out)
{
    *out = snapshot_has_values(self->snapshot);
    return true;
}

static bool scrape_duration(const struct self_view *self, double *out)
{
    *out = clock_round_to_ms(self->snapshot->duration_seconds);
    return true;
}

static bool scrape_deadline(const struct self_view *self, double *out)
{
    *out = self->deadline_seconds;
    return true;
}

static bool scrape_samples(const struct self_view *self, double *out)
{
    *out = (double)self->counts->samples;
    return true;
}

static bool unmapped_paths(const struct self_view *self, double *out)
{
    *out = (double)self->counts->unmapped;
    return true;
}

static bool last_update(const struct self_view *self, double *out)
{
    double newest = 0;

    for (size_t i = 0; i < self->snapshot->report_count; i++)
        if (self->snapshot->reports[i]->updated_at > newest)
            newest = self->snapshot->reports[i]->updated_at;
    *out = clock_round_to_ms(newest);
    return newest > 0;
}

/* A source that hears a heartbeat knows better than the platform service, whose time
 * is only as new as its answer. */
static bool clock_offset(const struct self_view *self, double *out)
{
    const struct report *platform;

    if (self->facts.is_known[FACT_CLOCK_OFFSET]) {
        *out = self->facts.value[FACT_CLOCK_OFFSET];
        return true;
    }
    const struct value *time = snapshot_find(self->snapshot, STR_OF("platform"),
                                             STR_OF("/Device/Time"), &platform);
    if (!time || time->kind != VALUE_NUMBER || self->facts.is_known[FACT_MQTT_CONNECTED])
        return false;
    *out = clock_round_to_ms(time->number - platform->updated_at);
    return true;
}

#define GAUGE(text, unit_word, sentence)                                                 \
    {                                                                                    \
        STR(text), STR(sentence), STR(unit_word), SAMPLE_GAUGE                           \
    }
#define COUNTER(text, unit_word, sentence)                                               \
    {                                                                                    \
        STR(text), STR(sentence), STR(unit_word), SAMPLE_COUNTER                         \
    }

static const struct station_row station_rows[] = {
    {GAUGE("victron_up", "", "1 if the station gave the values of at least one device."),
     up},
    {GAUGE("victron_scrape_duration_seconds", "seconds",
           "How long the fetch from the station took, so far if it is still under way."),
     scrape_duration},
    {GAUGE("victron_scrape_deadline_seconds", "seconds",
           "How long this scrape was allowed to take."),
     scrape_deadline},
    {GAUGE("victron_scrape_samples", "",
           "Samples of the station on this page before filters, our own not counted."),
     scrape_samples},
    {GAUGE("victron_unmapped_paths", "",
           "Paths that the station publishes and the metrics map does not know."),
     unmapped_paths},
    {GAUGE("victron_last_update_timestamp_seconds", "seconds",
           "When the newest value of the station came."),
     last_update},
    {GAUGE("victron_clock_offset_seconds", "seconds", "Clock of the GX minus our clock."),
     clock_offset},
};

struct fact_row {
    enum source_fact fact;
    struct family family;
};

static const struct fact_row fact_rows[] = {
    {FACT_HTTP_REQUESTS,
     COUNTER("victron_http_requests_total", "", "HTTP requests sent to the station.")},
    {FACT_HTTP_RESPONSE_BYTES,
     COUNTER("victron_http_response_bytes_total", "bytes",
             "Bytes of HTTP bodies received from the station.")},
    {FACT_MQTT_CONNECTED,
     GAUGE("victron_mqtt_connected", "", "1 while the broker lets us in.")},
    {FACT_MQTT_HEARTBEAT_AT,
     GAUGE("victron_heartbeat_timestamp_seconds", "seconds",
           "When the last heartbeat of the GX came, by our clock.")},
    {FACT_MQTT_FULL_PUBLISH_AT,
     GAUGE("victron_mqtt_full_publish_timestamp_seconds", "seconds",
           "When the last complete full publish ended.")},
    {FACT_MQTT_MESSAGES,
     COUNTER("victron_mqtt_messages_total", "", "MQTT messages received.")},
    {FACT_MQTT_KEEPALIVES,
     COUNTER("victron_mqtt_keepalives_total", "", "Keepalives sent to the GX.")},
    {FACT_MQTT_KEEPALIVE_FAILURES,
     COUNTER("victron_mqtt_keepalive_failures_total", "",
             "Keepalives without a heartbeat within ten seconds.")},
    {FACT_MQTT_CONNECTS,
     COUNTER("victron_mqtt_connects_total", "", "Times that the broker let us in.")},
};

static const struct family failures_family =
    COUNTER("victron_scrape_failures_total", "",
            "What went wrong between us and the station, by reason.");

static const struct family rejected_family =
    GAUGE("victron_rejected_values", "",
          "Values of this page's snapshot that were refused, by reason.");

static struct label site_label(const struct self_view *self)
{
    return (struct label){STR("site"), self->site};
}

static struct label_text site_text(const struct self_view *self,
                                   const struct sample_set *samples)
{
    const struct label site = site_label(self);

    return label_text_in(samples->arena, &site, 1);
}

static void add_station_rows(const struct self_view *self, struct sample_set *samples)
{
    const struct label_text site = site_text(self, samples);

    for (size_t i = 0; i < sizeof station_rows / sizeof *station_rows; i++) {
        double number;
        if (station_rows[i].number(self, &number))
            sample_set_add_text(samples, &station_rows[i].family, &site, number);
    }
}

static void add_fact_rows(const struct self_view *self, struct sample_set *samples)
{
    const struct label_text site = site_text(self, samples);

    for (size_t i = 0; i < sizeof fact_rows / sizeof *fact_rows; i++)
        if (self->facts.is_known[fact_rows[i].fact])
            sample_set_add_text(samples, &fact_rows[i].family, &site,
                                self->facts.value[fact_rows[i].fact]);
}

/* All reasons exist from the start, so that increase() sees the first failure. */
static void add_reasons(const struct self_view *self, struct sample_set *samples)
{
    for (int code = ERR_OK + 1; code < ERR_STATION_END; code++) {
        const struct label labels[] = {
            site_label(self),
            {STR("reason"), str_from(err_reason((enum err)code))},
        };
        sample_set_add_labelled(samples, &failures_family, labels, 2,
                                (double)self->facts.failures[code]);
    }
    for (int refusal = 0; refusal < REFUSAL_END; refusal++) {
        const struct label labels[] = {
            site_label(self),
            {STR("reason"), str_from(refusal_word((enum refusal)refusal))},
        };
        sample_set_add_labelled(samples, &rejected_family, labels, 2,
                                (double)self->counts->refused[refusal]);
    }
}

void self_metrics_apply(const struct self_view *self, struct sample_set *samples)
{
    add_station_rows(self, samples);
    add_reasons(self, samples);
    add_fact_rows(self, samples);
    self_reports_apply(self, samples);
    self_site_apply(self, samples);
    if (!self->has_exporter_metrics)
        return;
    self_exporter_apply(self, samples);
    self_process_apply(self, samples);
}
