/* url_fuzz.c - URLs and listen addresses, one a line: taken apart and put together again,
 * and no password gets through. */
#include <string.h>

#include "base/url.h"
#include "config/option_check.h"
#include "config/station_url.h"
#include "fuzz.h"

static struct buf put_together(const struct url *url)
{
    struct buf text = buf_new(FUZZ_TEXT_MAX);
    bool is_ipv6 = str_contains(url->host, STR_OF(":"));

    buf_add(&text, url->scheme);
    buf_add_text(&text, is_ipv6 ? "://[" : "://");
    buf_add(&text, url->host);
    buf_add_text(&text, is_ipv6 ? "]" : "");
    if (url->port)
        buf_printf(&text, ":%u", (unsigned)url->port);
    buf_add(&text, url->path);
    return text;
}

static void claim_same(struct str text, const struct url *url)
{
    struct buf again_text = put_together(url);
    struct url again = {0};

    CLAIM(fuzz_is_inside(url->scheme, text) && fuzz_is_inside(url->host, text) &&
          fuzz_is_inside(url->path, text));
    CLAIM(url->scheme.n && url->host.n);
    CLAIM(url->path.n == 0 || url->path.p[0] == '/');
    struct str behind = str_skip(text, url->scheme.n);
    CLAIM(!str_contains(behind, STR_OF("@")) || str_contains(url->path, STR_OF("@")));
    CLAIM(url_parse(buf_str(&again_text), &again, NULL) == ERR_OK);
    CLAIM(str_equal(again.scheme, url->scheme) && str_equal(again.host, url->host));
    CLAIM(str_equal(again.path, url->path) && again.port == url->port);
    buf_free(&again_text);
}

static void claim_error(const struct error *error)
{
    CLAIM(error->text[0] && !strchr(error->text, '\n'));
}

static void try_line(struct str text)
{
    struct url url = {0};
    struct station_url station = {0};
    struct error error = {0};

    bool is_url = url_parse(text, &url, &error) == ERR_OK;
    if (is_url)
        claim_same(text, &url);
    else
        claim_error(&error);
    if (station_url_parse(text, &station, &error) == ERR_OK) {
        CLAIM(is_url && str_equal(station.url.host, url.host));
        CLAIM(!station.is_vrm || (station.is_mqtt && !station.is_plain));
        (void)station_url_is_anonymous(&station);
    } else {
        claim_error(&error);
    }
    if (option_check_listen_address(text, &error) != ERR_OK)
        claim_error(&error);
    if (option_check_telemetry_path(text, &error) != ERR_OK)
        claim_error(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = fuzz_input(data, size);

    while (rest.n)
        try_line(str_cut(&rest, '\n'));
    return 0;
}
