/* self_site.c - what the owner said of the site, as metrics for rules and dashboards. */
#include "config/site_file.h"
#include "self/self_parts.h"

static const struct family info_family = {STR("victron_site_info"),
                                          STR("What the site file says of the site."),
                                          STR(""), SAMPLE_INFO};
static const struct family parameter_family = {
    STR("victron_site_parameter"),
    STR("A parameter of the site, or of one device or tracker, in base units."), STR(""),
    SAMPLE_GAUGE};
static const struct family expected_family = {
    STR("victron_site_expected_devices"),
    STR("Devices of a type that the site should have."), STR(""), SAMPLE_GAUGE};
static const struct family timezone_family = {
    STR("victron_site_timezone_offset_seconds"),
    STR("Seconds that local time at the site is ahead of UTC now."), STR("seconds"),
    SAMPLE_GAUGE};
static const struct family latitude_family = {STR("victron_site_latitude_degrees"),
                                              STR("Where the site is, north positive."),
                                              STR("degrees"), SAMPLE_GAUGE};
static const struct family longitude_family = {STR("victron_site_longitude_degrees"),
                                               STR("Where the site is, east positive."),
                                               STR("degrees"), SAMPLE_GAUGE};

static void add_info(const struct self_view *self, const struct site_file *file,
                     struct sample_set *samples)
{
    const struct label labels[] = {
        {STR("site"), self->site},
        {STR("name"), file->name},
        {STR("region"), file->region},
        {STR("grid_profile"), file->grid_profile},
        {STR("grid_class"), file->grid_class},
        {STR("chemistry"), file->chemistry},
    };

    sample_set_add_labelled(samples, &info_family, labels, sizeof labels / sizeof *labels,
                            1);
}

static void add_parameters(const struct self_view *self, const struct site_file *file,
                           struct sample_set *samples)
{
    for (size_t i = 0; i < file->parameter_count; i++) {
        const struct site_parameter *parameter = &file->parameters[i];
        const struct label labels[] = {
            {STR("site"), self->site},
            {STR("parameter"), parameter->name},
            {STR("device"), parameter->device},
            {STR("instance"), parameter->instance},
            {STR("tracker"), parameter->tracker},
        };
        sample_set_add_labelled(samples, &parameter_family, labels,
                                sizeof labels / sizeof *labels, parameter->value);
    }
}

static void add_expected(const struct self_view *self, const struct site_file *file,
                         struct sample_set *samples)
{
    for (size_t i = 0; i < file->expected_count; i++) {
        const struct label labels[] = {
            {STR("site"), self->site},
            {STR("device"), file->expected[i].device},
        };
        sample_set_add_labelled(samples, &expected_family, labels, 2,
                                file->expected[i].count);
    }
}

void self_site_apply(const struct self_view *self, struct sample_set *samples)
{
    const struct site_file *file = self->site_file;
    const struct label site = {STR("site"), self->site};
    double offset;

    if (!file)
        return;
    add_info(self, file, samples);
    add_parameters(self, file, samples);
    add_expected(self, file, samples);
    if (site_file_timezone_offset(file, self->unix_seconds, &offset))
        sample_set_add_labelled(samples, &timezone_family, &site, 1, offset);
    if (file->has_latitude)
        sample_set_add_labelled(samples, &latitude_family, &site, 1,
                                file->latitude_degrees);
    if (file->has_longitude)
        sample_set_add_labelled(samples, &longitude_family, &site, 1,
                                file->longitude_degrees);
}
