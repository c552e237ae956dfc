/* page_words.c - see page_words.h */
#include "pages/page_words.h"

#include <inttypes.h>
#include <time.h>

#include "base/url.h"
#include "base/utf8.h"
#include "config/config.h"
#include "model/snapshot.h"
#include "model/source_facts.h"

#define TIME_TEXT_MAX 40

/* Of a text from the station so much is shown: enough to recognise it. */
#define SHOWN_BYTES_MAX 80

void page_words_add_printable(struct buf *out, struct str text)
{
    struct str shown = utf8_cut(text, SHOWN_BYTES_MAX);

    for (size_t i = 0; i < shown.n; i++) {
        unsigned char c = (unsigned char)shown.p[i];
        buf_add_char(out, c < ' ' || c == 0x7f ? '.' : (char)c);
    }
    if (shown.n < text.n)
        buf_add_text(out, "…");
}

void page_words_add_address(struct buf *out, const struct config *config)
{
    struct url url;

    if (url_parse(config->station_url, &url, NULL) != ERR_OK)
        return;
    const bool is_ipv6 = str_contains(url.host, STR_OF(":"));
    buf_add(out, url.scheme);
    buf_add_text(out, is_ipv6 ? "://[" : "://");
    buf_add(out, url.host);
    buf_add_text(out, is_ipv6 ? "]" : "");
    if (url.port)
        buf_printf(out, ":%u", (unsigned)url.port);
}

void page_words_add_time(struct buf *out, double unix_seconds)
{
    const time_t seconds = (time_t)unix_seconds;
    char text[TIME_TEXT_MAX];
    struct tm parts;

    if (gmtime_r(&seconds, &parts) &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts))
        buf_add_text(out, text);
}

void page_words_add_failures(struct buf *out, const struct source_facts *facts)
{
    const char *separator = "";

    for (int code = ERR_OK + 1; code < ERR_STATION_END; code++) {
        if (facts->failures[code] == 0)
            continue;
        buf_printf(out, "%s%s %" PRIu64, separator, err_reason((enum err)code),
                   facts->failures[code]);
        separator = ", ";
    }
}

struct error page_words_failure(const struct snapshot *snapshot)
{
    struct error failure = snapshot->failure;

    if (failure.code == ERR_OK && !snapshot->is_complete && snapshot->report_count == 0)
        (void)error_set(&failure, ERR_TIMEOUT, "/services: no answer yet");
    return failure;
}
