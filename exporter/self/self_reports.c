/* self_reports.c - one series for each device, or each service that was asked. */
#include "base/clock.h"
#include "model/apply_counts.h"
#include "model/snapshot.h"
#include "self/self_parts.h"

struct report_row {
    struct family family;
    bool of_service; /* about the request: has the label service, also without values */

    /* False: no series for this report. */
    bool (*number)(const struct report *report, double *out);
};

/* /Connected 0 is a driver without its device; without that path, being there counts. */
static bool device_up(const struct report *report, double *out)
{
    const struct value *connected = report_find(report, STR_OF("/Connected"));

    *out = !(connected && connected->kind == VALUE_NUMBER && connected->number == 0);
    return true;
}

static bool device_last_update(const struct report *report, double *out)
{
    *out = clock_round_to_ms(report->updated_at);
    return report->updated_at > 0;
}

static bool service_success(const struct report *report, double *out)
{
    *out = report->outcome == ERR_OK;
    return true;
}

static bool service_duration(const struct report *report, double *out)
{
    *out = clock_round_to_ms(report->duration_seconds);
    return true;
}

static const struct report_row rows[] = {
    {{STR("victron_device_up"),
      STR("1 if the device is there, 0 if its driver runs without it."), STR(""),
      SAMPLE_GAUGE},
     false,
     device_up},
    {{STR("victron_device_last_update_timestamp_seconds"),
      STR("When the device's values came."), STR("seconds"), SAMPLE_GAUGE},
     false,
     device_last_update},
    {{STR("victron_scrape_service_success"),
      STR("1 if the last request to the service gave its values."), STR(""),
      SAMPLE_GAUGE},
     true,
     service_success},
    {{STR("victron_scrape_service_duration_seconds"),
      STR("How long the last request to the service took."), STR("seconds"),
      SAMPLE_GAUGE},
     true,
     service_duration},
};

/* A service that was asked has a name; over MQTT a device stands for it, if wanted. */
static bool is_shown(const struct self_view *self, size_t i, const struct report_row *row)
{
    bool is_exported = self->counts->is_exported[i];

    return is_exported || (row->of_service && self->snapshot->reports[i]->service.n);
}

static void add_report(const struct self_view *self, const struct report *report,
                       const struct report_row *row, struct sample_set *samples)
{
    const struct label labels[] = {
        {STR("site"), self->site},
        {STR("device"), report->device},
        {STR("instance"), report->instance},
        {STR("service"), report->service},
    };
    double number;

    if (row->number(report, &number))
        sample_set_add_labelled(samples, &row->family, labels, row->of_service ? 4 : 3,
                                number);
}

void self_reports_apply(const struct self_view *self, struct sample_set *samples)
{
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t i = 0; i < self->snapshot->report_count; i++)
            if (is_shown(self, i, &rows[r]))
                add_report(self, self->snapshot->reports[i], &rows[r], samples);
}
