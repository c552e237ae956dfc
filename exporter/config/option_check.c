/* option_check.c - see option_check.h */
#include "config/option_check.h"

#include <string.h>

#include "base/utf8.h"
#include "config/station_url.h"

#define SITE_BYTES_MAX 256 /* of a label value */
#define WORD_BYTES_MAX 64
#define PATH_BYTES_MAX 256 /* so that lists of all pages are short */

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool consists_of(struct str s, const char *characters)
{
    for (size_t i = 0; i < s.n; i++)
        if (!s.p[i] || !strchr(characters, s.p[i]))
            return false;
    return true;
}

enum err option_check_station_url(struct str value, struct error *error)
{
    struct station_url station;

    return station_url_parse(value, &station, error);
}

enum err option_check_site(struct str value, struct error *error)
{
    if (value.n > SITE_BYTES_MAX || !utf8_is_valid(value))
        return error_set(error, ERR_USAGE,
                         "is no name: allowed 1 to %d bytes of UTF-8 text",
                         SITE_BYTES_MAX);
    return ERR_OK;
}

enum err option_check_portal_id(struct str value, struct error *error)
{
    if (value.n > WORD_BYTES_MAX || !consists_of(value, LOWER UPPER DIGITS "_-"))
        return error_set(error, ERR_USAGE,
                         "is no portal id: allowed letters and digits as VRM shows them, "
                         "e.g. c0619ab1c2d3");
    return ERR_OK;
}

static bool is_listen_host(struct str host)
{
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']') {
        struct str inside = {host.p + 1, host.n - 2};
        return inside.n && consists_of(inside, DIGITS "abcdefABCDEF:.%");
    }
    return consists_of(host, LOWER UPPER DIGITS ".-_");
}

enum err option_check_listen_address(struct str value, struct error *error)
{
    struct str host = value;
    uint64_t port;

    while (host.n && host.p[host.n - 1] != ':')
        host.n--;
    struct str port_text = str_skip(value, host.n);
    if (host.n)
        host.n--;
    if (host.n == value.n || port_text.n == value.n || !is_listen_host(host) ||
        !str_to_unsigned(port_text, UINT16_MAX, &port))
        return error_set(error, ERR_USAGE,
                         "is no address to listen at: allowed e.g. :10088, "
                         "127.0.0.1:10088, [::1]:10088");
    return ERR_OK;
}

enum err option_check_telemetry_path(struct str value, struct error *error)
{
    static const struct str taken[] = {STR("/"), STR("/-/healthy"), STR("/-/ready"),
                                       STR("/-/reload"), STR("/debug/scrape")};
    bool is_path = value.n && value.n <= PATH_BYTES_MAX && value.p[0] == '/' &&
                   consists_of(value, LOWER UPPER DIGITS "/._~-");

    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        is_path = is_path && !str_equal(value, taken[i]);
    if (!is_path)
        return error_set(error, ERR_USAGE,
                         "is no path for the metrics: allowed / and letters, digits and "
                         "._~-/ behind it, at most %d bytes, but not /, /-/healthy, "
                         "/-/ready, /-/reload, /debug/scrape",
                         PATH_BYTES_MAX);
    return ERR_OK;
}

enum err option_check_device_type(struct str value, struct error *error)
{
    if (value.n > WORD_BYTES_MAX || !consists_of(value, LOWER DIGITS "_"))
        return error_set(error, ERR_USAGE,
                         "\"%.*s\" is no device type: allowed e.g. battery,vebus",
                         STR_ARG(value));
    return ERR_OK;
}
