/* metric_name.c - see metric_name.h */
#include "map/metric_name.h"

#include "base/ascii.h"
#include "map/unit.h"

static const struct str type_suffixes[] = {
    [SAMPLE_GAUGE] = STR(""),
    [SAMPLE_COUNTER] = STR("_total"),
    [SAMPLE_INFO] = STR("_info"),
};

static const char *const type_words[] = {
    [SAMPLE_GAUGE] = "gauge",
    [SAMPLE_COUNTER] = "counter",
    [SAMPLE_INFO] = "info",
};

/* OpenMetrics makes sample names of these, so that a family must not end in one. */
static const struct str machine_suffixes[] = {
    STR("_bucket"), STR("_count"), STR("_created"), STR("_gcount"),
    STR("_gsum"),   STR("_info"),  STR("_sum"),     STR("_total"),
};

struct reserved {
    struct str text;
    bool is_head; /* names that begin so, not only this one */
};

/* What self/ says; its tables are the other half of this one. */
static const struct reserved reserved_names[] = {
    {STR("victron_clock_offset_seconds"), false},
    {STR("victron_device_last_update_timestamp_seconds"), false},
    {STR("victron_device_up"), false},
    {STR("victron_exporter_"), true},
    {STR("victron_heartbeat_timestamp_seconds"), false},
    {STR("victron_http_"), true},
    {STR("victron_last_update_timestamp_seconds"), false},
    {STR("victron_mqtt_"), true},
    {STR("victron_rejected_values"), false},
    {STR("victron_scrape_"), true},
    {STR("victron_site_"), true},
    {STR("victron_unmapped_paths"), false},
    {STR("victron_up"), false},
};

static const struct str reserved_labels[] = {
    STR("device"), STR("instance"), STR("le"), STR("quantile"), STR("site"),
};

static bool is_snake_case(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!ascii_is_snake(name.p[i]))
            return false;
    return name.n && ascii_is_lower(name.p[0]) && !str_ends_with(name, STR_OF("_")) &&
           !str_contains(name, STR_OF("__"));
}

static bool is_reserved(struct str name)
{
    for (size_t i = 0; i < sizeof reserved_names / sizeof *reserved_names; i++) {
        const struct reserved *reserved = &reserved_names[i];
        if (reserved->is_head ? str_starts_with(name, reserved->text)
                              : str_equal(name, reserved->text))
            return true;
    }
    return false;
}

static enum err check_suffix(struct str base, struct error *error)
{
    for (size_t i = 0; i < sizeof machine_suffixes / sizeof *machine_suffixes; i++)
        if (str_ends_with(base, machine_suffixes[i]))
            return error_set(
                error, ERR_USAGE,
                "metric name ends in %.*s, which Prometheus keeps for itself",
                STR_ARG(machine_suffixes[i]));
    return ERR_OK;
}

struct str metric_name_base(struct str name, enum sample_type type)
{
    if (str_ends_with(name, type_suffixes[type]))
        name.n -= type_suffixes[type].n;
    return name;
}

enum err metric_name_check(struct str name, enum sample_type type, struct error *error)
{
    struct str base = metric_name_base(name, type);

    if (!str_starts_with(base, STR_OF("victron_")) || !is_snake_case(name))
        return error_set(error, ERR_USAGE,
                         "metric \"%.*s\": allowed is victron_ and then words of a-z and "
                         "0-9, joined by single _",
                         STR_ARG(name));
    if (!str_ends_with(name, type_suffixes[type]))
        return error_set(error, ERR_USAGE, "the name of %s %.*s must end in %.*s",
                         type_words[type], STR_ARG(name), STR_ARG(type_suffixes[type]));
    if (check_suffix(base, error) != ERR_OK)
        return ERR_USAGE;
    if (is_reserved(name))
        return error_set(error, ERR_USAGE, "metric %.*s is one of the exporter's own",
                         STR_ARG(name));
    const char *advice = unit_advice(base);
    if (advice)
        return error_set(error, ERR_USAGE, "metric %.*s is not in a base unit: use %s",
                         STR_ARG(name), advice);
    return ERR_OK;
}

bool label_name_is_good(struct str name)
{
    return is_snake_case(name);
}

bool label_name_is_reserved(struct str name)
{
    for (size_t i = 0; i < sizeof reserved_labels / sizeof *reserved_labels; i++)
        if (str_equal(name, reserved_labels[i]))
            return true;
    return false;
}
