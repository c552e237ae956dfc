/* url.c - see url.h */
#include "base/url.h"

#include <string.h>

#include "base/ascii.h"

#define URL_MAX 2048

static bool is_host(struct str host)
{
    return host.n > 0 && ascii_run(host, ascii_is_name) == host.n;
}

static bool is_ipv6(struct str host)
{
    for (size_t i = 0; i < host.n; i++)
        if (!host.p[i] || !strchr("0123456789abcdefABCDEF:.%", host.p[i]))
            return false;
    return str_contains(host, STR_OF(":"));
}

static enum err parse_authority(struct str text, struct url *url, struct error *error)
{
    bool is_bracketed = text.n && text.p[0] == '[';
    struct str rest = is_bracketed ? str_skip(text, 1) : text;
    uint64_t port = 0;

    url->host = str_cut(&rest, is_bracketed ? ']' : ':');
    bool is_closed = !is_bracketed || url->host.n + 1 < text.n;
    if (!is_closed || (is_bracketed ? !is_ipv6(url->host) : !is_host(url->host)))
        return error_set(error, ERR_USAGE, "\"%.*s\" is no host name or address",
                         STR_ARG(text));
    bool has_port = url->host.n + (is_bracketed ? 2 : 0) < text.n;
    if (is_bracketed && has_port && str_cut(&rest, ':').n)
        return error_set(error, ERR_USAGE,
                         "unexpected text after the address in \"%.*s\"", STR_ARG(text));
    if (has_port && (!str_to_unsigned(rest, UINT16_MAX, &port) || port == 0))
        return error_set(error, ERR_USAGE, "port \"%.*s\": allowed 1 to 65535",
                         STR_ARG(rest));
    url->port = (uint16_t)port;
    return ERR_OK;
}

static bool is_path(struct str path)
{
    for (size_t i = 0; i < path.n; i++)
        if ((unsigned char)path.p[i] <= ' ' || strchr("?#\"<>\\^`{|}\x7f", path.p[i]))
            return false;
    return true;
}

enum err url_parse(struct str text, struct url *out_url, struct error *error)
{
    struct url url = {0};
    struct str rest = text;

    url.scheme = str_cut(&rest, ':');
    if (text.n > URL_MAX || !url.scheme.n || !str_starts_with(rest, STR_OF("//")))
        return error_set(error, ERR_USAGE,
                         "is no URL of the form scheme://host[:port], e.g. "
                         "http://192.168.1.20:8088");
    rest = str_skip(rest, 2);
    struct str authority = rest;
    authority = str_cut(&authority, '/');
    if (authority.n && memchr(authority.p, '@', authority.n))
        return error_set(error, ERR_USAGE,
                         "a user or password in the URL is refused: "
                         "use the username and password-file flags");
    url.path = str_skip(rest, authority.n);
    while (url.path.n && url.path.p[url.path.n - 1] == '/')
        url.path.n--;
    if (!is_path(url.path))
        return error_set(error, ERR_USAGE,
                         "path \"%.*s\" holds a character that a path "
                         "prefix cannot have",
                         STR_ARG(url.path));
    enum err outcome = parse_authority(authority, &url, error);
    if (outcome == ERR_OK)
        *out_url = url;
    return outcome;
}
