/* station_url.c - see station_url.h */
#include "config/station_url.h"

#include <string.h>

/* A MAC address without colons; in lower case it stands in topics and broker names. */
#define PORTAL_ID_LETTERS 12

struct scheme {
    struct str name;
    bool is_mqtt;
    bool is_plain;
    bool is_vrm;
    bool has_path;
};

static const struct scheme schemes[] = {
    {.name = STR("http"), .is_plain = true, .has_path = true},
    {.name = STR("https"), .has_path = true},
    {.name = STR("mqtt"), .is_mqtt = true, .is_plain = true},
    {.name = STR("mqtts"), .is_mqtt = true},
    {.name = STR("vrm"), .is_mqtt = true, .is_vrm = true},
};
#define SCHEME_COUNT (sizeof schemes / sizeof *schemes)

static const struct scheme *find_scheme(struct str name)
{
    for (size_t i = 0; i < SCHEME_COUNT; i++)
        if (str_equal(schemes[i].name, name))
            return &schemes[i];
    return NULL;
}

static bool is_portal_id(struct str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (!id.p[i] || !strchr("0123456789abcdef", id.p[i]))
            return false;
    return id.n == PORTAL_ID_LETTERS;
}

static enum err check_vrm(const struct url *url, struct error *error)
{
    if (!is_portal_id(url->host) || url->port)
        return error_set(error, ERR_USAGE,
                         "is no portal id: allowed vrm:// and the %d digits 0-9 a-f that "
                         "VRM shows, without a port",
                         PORTAL_ID_LETTERS);
    return ERR_OK;
}

enum err station_url_parse(struct str text, struct station_url *out_url,
                           struct error *error)
{
    struct url url;
    enum err outcome = url_parse(text, &url, error);

    if (outcome != ERR_OK)
        return outcome;
    const struct scheme *scheme = find_scheme(url.scheme);
    if (!scheme)
        return error_set(error, ERR_USAGE,
                         "has an unknown scheme: allowed http, https, mqtt, mqtts, vrm");
    if (url.path.n && !scheme->has_path)
        return error_set(error, ERR_USAGE,
                         "has a path: allowed only with http and https");
    if (scheme->is_vrm)
        outcome = check_vrm(&url, error);
    if (outcome == ERR_OK)
        *out_url = (struct station_url){.url = url,
                                        .is_mqtt = scheme->is_mqtt,
                                        .is_plain = scheme->is_plain,
                                        .is_vrm = scheme->is_vrm};
    return outcome;
}

bool station_url_is_anonymous(const struct station_url *station)
{
    struct str host = station->url.host;

    return str_starts_with(host, STR_OF("127.")) || str_equal(host, STR_OF("::1")) ||
           str_equal_ignoring_case(host, STR_OF("localhost")) ||
           str_equal_ignoring_case(host, STR_OF("venus.local"));
}
