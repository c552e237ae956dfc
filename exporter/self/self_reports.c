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

static bool device_up(const struct report *report, double *out)
{
    *out = !report->is_disconnected;
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

/* What all series of one report have in common. */
struct report_labels {
    struct label_text of_device;
    struct label_text of_service; /* with the label service */
};

/* A service that was asked has a name; over MQTT a device stands for it, if wanted. */
static bool is_shown(const struct self_view *self, size_t i, const struct report_row *row)
{
    bool is_exported = self->counts->is_exported[i];

    return is_exported || (row->of_service && self->snapshot->reports[i]->service.n);
}

static struct report_labels labels_of(const struct self_view *self,
                                      const struct report *report, struct arena *arena)
{
    const struct label labels[] = {
        {STR("site"), self->site},
        {STR("device"), report->device},
        {STR("instance"), report->instance},
        {STR("service"), report->service},
    };

    return (struct report_labels){
        .of_device = label_text_in(arena, labels, 3),
        .of_service = label_text_in(arena, labels, 4),
    };
}

static void add_row(const struct self_view *self, const struct report_row *row,
                    const struct report_labels *labels, struct sample_set *samples)
{
    for (size_t i = 0; i < self->snapshot->report_count; i++) {
        double number;
        if (is_shown(self, i, row) && row->number(self->snapshot->reports[i], &number))
            sample_set_add_text(
                samples, &row->family,
                row->of_service ? &labels[i].of_service : &labels[i].of_device, number);
    }
}

void self_reports_apply(const struct self_view *self, struct sample_set *samples)
{
    const struct snapshot *snapshot = self->snapshot;
    struct report_labels *labels =
        arena_array(samples->arena, snapshot->report_count, sizeof *labels);

    for (size_t i = 0; labels && i < snapshot->report_count; i++)
        labels[i] = labels_of(self, snapshot->reports[i], samples->arena);
    samples->failed |= samples->arena->failed;
    for (size_t r = 0; labels && r < sizeof rows / sizeof *rows; r++)
        add_row(self, &rows[r], labels, samples);
}
