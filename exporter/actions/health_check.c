/* health_check.c - --health-check: for containers that have no curl.
 *
 * The question is whether the exporter serves.  One that asks for a password or for a
 * certificate, which a health check does not have, has shown that it does.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "actions/actions.h"
#include "base/buf.h"
#include "base/file.h"
#include "config/config.h"
#include "web/web_config.h"

#define HEALTH_CHECK_MS 2000L
#define ADDRESS_MAX 1024
#define MISTAKES_MAX ((size_t)256 * 1024)

/* How the exporter is protected, by the web configuration. */
struct protection {
    bool has_tls;
    bool asks_certificate;
    bool has_users;
    bool has_rate;
};

static size_t ignore_body(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

/* The address that a listener is reached under from here: ":10088" is every address. */
static void add_url(struct buf *url, struct str address, bool has_tls)
{
    const char *scheme = has_tls ? "https" : "http";
    struct str port = address;
    bool is_any = address.n && address.p[0] == ':';

    (void)str_cut(&port, ':');
    if (str_starts_with(address, STR_OF("0.0.0.0:")) || is_any)
        buf_printf(url, "%s://127.0.0.1:%.*s/-/healthy", scheme, STR_ARG(port));
    else if (str_starts_with(address, STR_OF("[::]:")))
        buf_printf(url, "%s://[::1]:%.*s/-/healthy", scheme,
                   STR_ARG(str_skip(address, 5)));
    else
        buf_printf(url, "%s://%.*s/-/healthy", scheme, STR_ARG(address));
    buf_add_char(url, '\0');
}

static struct protection protection_of(const struct web_config *config)
{
    return (struct protection){
        .has_tls = config->tls.line != 0,
        .asks_certificate = config->tls.client_auth.number != TLS_CLIENT_NONE,
        .has_users = config->user_count != 0,
        .has_rate = config->rate.interval_ns != 0,
    };
}

/* False, and the mistakes are printed, if the file cannot be read. */
static bool read_protection(struct str file, struct protection *out_protection)
{
    struct buf text = buf_new(WEB_CONFIG_BYTES_MAX);
    struct buf mistakes = buf_new(MISTAKES_MAX);
    struct web_config config;
    struct error error;

    *out_protection = (struct protection){0};
    if (file.n == 0)
        return true;
    if (file_read(file, &text, &error) != ERR_OK) {
        buf_printf(&mistakes, "--web.config.file: %s\n", error.text);
    } else if (web_config_parse(file, buf_str(&text), &config, &mistakes) == ERR_OK) {
        *out_protection = protection_of(&config);
        web_config_free(&config);
    }
    bool is_read = mistakes.n == 0;
    if (!is_read)
        (void)fprintf(stderr, "%.*s", STR_ARG(buf_str(&mistakes)));
    buf_wipe(&text);
    buf_free(&mistakes);
    return is_read;
}

static bool is_well(const struct protection *protection, long status)
{
    return status == 200 || (status == 401 && protection->has_users) ||
           (status == 429 && protection->has_rate);
}

/* It has ended the connection for want of a certificate: by an alert, or, in TLS 1.3,
 * where that may be lost, after its own part of the handshake. */
static bool is_certificate_asked(CURL *curl, const struct protection *protection,
                                 const char *reason)
{
    curl_off_t handshake_us = 0;

    (void)curl_easy_getinfo(curl, CURLINFO_APPCONNECT_TIME_T, &handshake_us);
    return protection->asks_certificate && (handshake_us || strstr(reason, " alert "));
}

static bool is_serving(CURL *curl, const char *url, const struct protection *protection)
{
    char reason[CURL_ERROR_SIZE] = "";
    long status = 0;

    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, HEALTH_CHECK_MS);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore_body);
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    /* Our own certificate need not have the name that we are asked under here. */
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    CURLcode outcome = curl_easy_perform(curl);
    if (outcome == CURLE_OK) {
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        return is_well(protection, status);
    }
    if (is_certificate_asked(curl, protection, reason))
        return true;
    (void)fprintf(stderr, "%s: %s\n", url,
                  reason[0] ? reason : curl_easy_strerror(outcome));
    return false;
}

int action_health_check(const struct config *config)
{
    struct protection protection;
    struct buf url = buf_new(ADDRESS_MAX);
    bool is_alive = false;

    if (!read_protection(config->web_config_file, &protection))
        return EXIT_STATION;
    CURL *curl = curl_easy_init();
    add_url(&url, config->listen_addresses.items[0], protection.has_tls);
    if (curl && !url.failed)
        is_alive = is_serving(curl, url.p, &protection);
    curl_easy_cleanup(curl);
    buf_free(&url);
    return is_alive ? EXIT_WELL : EXIT_STATION;
}
