/* config_check.c - see config_check.h */
#include "config/config_check.h"

#include "config/mistake.h"
#include "config/options.h"
#include "config/station_url.h"

struct pair {
    struct str one, other;
};

static const struct pair exclusions[] = {
    {STR("device.include"), STR("device.exclude")},
    {STR("web.systemd-socket"), STR("web.listen-address")},
};
#define EXCLUSION_COUNT (sizeof exclusions / sizeof *exclusions)

/* The first is nothing without the other: MQTT has no password without a user. */
static const struct pair needs[] = {
    {STR("http.password-file"), STR("http.username")},
    {STR("mqtt.password-file"), STR("mqtt.username")},
};
#define NEED_COUNT (sizeof needs / sizeof *needs)

struct view {
    const struct config *config;
    const enum option_origin *origins;
    struct station_url station; /* zeroed where there is none */
};

static struct view view_of(const struct config *config, const enum option_origin *origins)
{
    struct view view = {.config = config, .origins = origins};

    if (config->station_url.n &&
        station_url_parse(config->station_url, &view.station, NULL) != ERR_OK)
        view.station = (struct station_url){0};
    return view;
}

/* Somebody said it, and not "false". */
static bool is_said(const struct view *view, const struct option *option)
{
    const void *field = (const char *)view->config + option->offset;

    if (view->origins[option - option_table] == ORIGIN_NOBODY)
        return false;
    return option->kind != OPTION_FLAG || *(const bool *)field;
}

static bool is_said_by_name(const struct view *view, struct str name)
{
    return is_said(view, option_find(name));
}

/* An option of the transport that this station is not reached by. */
static bool is_foreign(const struct view *view, const struct option *option)
{
    if (view->station.url.host.n == 0)
        return false;
    return option->group == (view->station.is_mqtt ? GROUP_HTTP : GROUP_MQTT);
}

static bool action_needs_station(enum action action)
{
    switch (action) {
    case ACTION_SERVE:
    case ACTION_ONCE:
    case ACTION_UNMAPPED:
    case ACTION_RECORD:
        return true;
    case ACTION_HELP:
    case ACTION_VERSION:
    case ACTION_MAP_CHECK:
    case ACTION_MAP_PRINT:
    case ACTION_HEALTH_CHECK:
        break;
    }
    return false;
}

static void require_station(const struct view *view, struct buf *mistakes)
{
    if (action_needs_station(view->config->action) &&
        !is_said_by_name(view, STR_OF("station.url")))
        mistake_add(mistakes, "--station.url: is required: allowed e.g. "
                              "http://venus.local:8088, mqtts://venus.local, "
                              "vrm://PORTAL_ID");
}

static void refuse_two_actions(const struct view *view, struct buf *mistakes)
{
    const struct option *first = NULL;

    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        if (!option_is_action(option) || !is_said(view, option))
            continue;
        if (first)
            mistake_add(mistakes, "--%.*s with --%.*s: allowed one of them at a time",
                        STR_ARG(first->name), STR_ARG(option->name));
        first = option;
    }
}

static void refuse_pairs(const struct view *view, struct buf *mistakes)
{
    for (size_t i = 0; i < EXCLUSION_COUNT; i++) {
        const struct pair *pair = &exclusions[i];
        if (is_said_by_name(view, pair->one) && is_said_by_name(view, pair->other))
            mistake_add(mistakes, "--%.*s with --%.*s: allowed only one of them",
                        STR_ARG(pair->one), STR_ARG(pair->other));
    }
    for (size_t i = 0; i < NEED_COUNT; i++) {
        const struct option *option = option_find(needs[i].one);
        if (!is_foreign(view, option) && is_said(view, option) &&
            !is_said_by_name(view, needs[i].other))
            mistake_add(mistakes, "--%.*s without --%.*s: allowed only with it",
                        STR_ARG(option->name), STR_ARG(needs[i].other));
    }
}

static void refuse_foreign(const struct view *view, struct buf *mistakes)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        if (is_foreign(view, option) && view->origins[i] == ORIGIN_ARGV &&
            is_said(view, option))
            mistake_add(mistakes, "--%.*s with --station.url=%.*s: allowed with %s",
                        STR_ARG(option->name),
                        STR_ARG(mistake_value(view->config->station_url)),
                        view->station.is_mqtt ? "http and https" : "mqtt, mqtts and vrm");
    }
}

static void refuse_two_portals(const struct view *view, struct buf *mistakes)
{
    struct str id = view->config->mqtt_portal_id;

    if (view->station.is_vrm && id.n && !str_equal(id, view->station.url.host))
        mistake_add(mistakes,
                    "--mqtt.portal-id=%.*s with --station.url=%.*s: allowed only the "
                    "portal id of the URL",
                    STR_ARG(id), STR_ARG(view->config->station_url));
}

void config_check(const struct config *config, const enum option_origin *origins,
                  struct buf *mistakes)
{
    struct view view = view_of(config, origins);

    require_station(&view, mistakes);
    refuse_two_actions(&view, mistakes);
    refuse_pairs(&view, mistakes);
    refuse_foreign(&view, mistakes);
    refuse_two_portals(&view, mistakes);
}

static void warn(struct config *config, struct str text)
{
    if (config->warnings.count < CONFIG_LIST_MAX)
        config->warnings.items[config->warnings.count++] = text;
}

static void warn_of_site(const struct view *view, struct config *config)
{
    if (config->site_is_default && station_url_is_anonymous(&view->station))
        warn(config, arena_printf(&config->arena,
                                  "the label site is \"%.*s\", which does not tell "
                                  "stations apart: give --site=NAME",
                                  STR_ARG(config->site)));
}

static void warn_of_password(const struct view *view, struct config *config)
{
    bool is_mqtt = view->station.is_mqtt;
    const char *group = is_mqtt ? "mqtt" : "http";
    struct str file = is_mqtt ? config->mqtt_password_file : config->http_password_file;
    bool skips_verify = is_mqtt ? config->mqtt_skip_verify : config->http_skip_verify;

    if (file.n == 0)
        return;
    if (view->station.is_plain)
        warn(config, arena_printf(&config->arena,
                                  "the password of --%s.password-file goes over the "
                                  "network unencrypted: use %ss:// where possible",
                                  group, group));
    else if (skips_verify)
        warn(config, arena_printf(&config->arena,
                                  "the password of --%s.password-file goes to whoever "
                                  "answers: --%s.insecure-skip-verify verifies nothing",
                                  group, group));
}

static void warn_of_vrm(const struct view *view, struct config *config)
{
    if (!view->station.is_vrm)
        return;
    if (!config->mqtt_ca_file.n && !config->mqtt_skip_verify)
        warn(config, STR_OF("vrm: without --mqtt.ca-file: the VRM brokers are signed by "
                            "Victron's own CA, which lies on every GX as "
                            "/etc/ssl/certs/ccgx-ca.pem"));
    if (!config->mqtt_username.n || !config->mqtt_password_file.n)
        warn(config, STR_OF("vrm: without --mqtt.username and --mqtt.password-file: the "
                            "VRM brokers let nobody in without an access token"));
}

static void warn_of_hostname(const struct view *view, struct config *config)
{
    if (view->station.is_mqtt && config->mqtt_skip_hostname_check &&
        !config->mqtt_ca_file.n && !config->mqtt_skip_verify)
        warn(config, STR_OF("--mqtt.skip-hostname-check without --mqtt.ca-file: whoever "
                            "has a certificate of any public CA can pretend to be the "
                            "station"));
}

/* An environment is often made for many stations at once; argv is not. */
static void warn_of_foreign(const struct view *view, struct config *config)
{
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        if (!is_foreign(view, option) || view->origins[i] != ORIGIN_ENVIRONMENT ||
            !is_said(view, option))
            continue;
        char variable[OPTION_VARIABLE_MAX];
        option_variable(option, variable);
        warn(config, arena_printf(&config->arena, "%s is ignored with --station.url=%.*s",
                                  variable, STR_ARG(config->station_url)));
    }
}

void config_warn(struct config *config, const enum option_origin *origins)
{
    struct view view = view_of(config, origins);

    if (view.station.url.host.n == 0)
        return;
    warn_of_site(&view, config);
    warn_of_password(&view, config);
    warn_of_vrm(&view, config);
    warn_of_hostname(&view, config);
    warn_of_foreign(&view, config);
}
