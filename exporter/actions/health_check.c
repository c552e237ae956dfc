/* health_check.c - --health-check: for containers that have no curl. */
#include <curl/curl.h>
#include <stdio.h>

#include "actions/actions.h"
#include "base/buf.h"
#include "config/config.h"

#define HEALTH_CHECK_MS 2000L
#define ADDRESS_MAX 1024

static size_t ignore_body(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

/* The address that a listener is reached under from here: ":10088" is every address. */
static void add_url(struct buf *url, struct str address)
{
    struct str port = address;
    bool is_any = address.n && address.p[0] == ':';

    (void)str_cut(&port, ':');
    if (str_starts_with(address, STR_OF("0.0.0.0:")) || is_any)
        buf_printf(url, "http://127.0.0.1:%.*s/-/healthy", STR_ARG(port));
    else if (str_starts_with(address, STR_OF("[::]:")))
        buf_printf(url, "http://[::1]:%.*s/-/healthy", STR_ARG(str_skip(address, 5)));
    else
        buf_printf(url, "http://%.*s/-/healthy", STR_ARG(address));
    buf_add_char(url, '\0');
}

int action_health_check(const struct config *config)
{
    struct buf url = buf_new(ADDRESS_MAX);
    long status = 0;
    CURL *curl = curl_easy_init();

    add_url(&url, config->listen_addresses.items[0]);
    if (curl && !url.failed) {
        (void)curl_easy_setopt(curl, CURLOPT_URL, url.p);
        (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, HEALTH_CHECK_MS);
        (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
        (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore_body);
        CURLcode outcome = curl_easy_perform(curl);
        if (outcome == CURLE_OK)
            (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        else
            (void)fprintf(stderr, "%s: %s\n", url.p, curl_easy_strerror(outcome));
    }
    curl_easy_cleanup(curl);
    buf_free(&url);
    return status == 200 ? EXIT_WELL : EXIT_STATION;
}
