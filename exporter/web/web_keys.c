/* web_keys.c - THE table, see web_keys.h.  In the order of docs/web-configuration.md. */
#include "web/web_keys.h"

#include "config/spelling.h"
#include "web/tls_names.h"
#include "web/web_config.h"

#define TOP STR("")
#define TLS STR("tls_server_config")
#define HTTP STR("http_server_config")
#define RATE STR("rate_limit")

#define FIELD(name) offsetof(struct web_config, name)

const struct web_key web_keys[] = {
    {TOP, TLS, WEB_SECTION, FIELD(tls.line), NULL},
    {TLS, STR("cert_file"), WEB_TEXT, FIELD(tls.cert_file), NULL},
    {TLS, STR("cert"), WEB_TEXT, FIELD(tls.cert), NULL},
    {TLS, STR("key_file"), WEB_TEXT, FIELD(tls.key_file), NULL},
    {TLS, STR("key"), WEB_SECRET, FIELD(tls.key), NULL},
    {TLS, STR("client_auth_type"), WEB_WORD, FIELD(tls.client_auth),
     tls_client_auth_word},
    {TLS, STR("client_ca_file"), WEB_TEXT, FIELD(tls.client_ca_file), NULL},
    {TLS, STR("client_ca"), WEB_TEXT, FIELD(tls.client_ca), NULL},
    {TLS, STR("client_allowed_sans"), WEB_TEXTS, FIELD(tls.client_allowed_sans), NULL},
    {TLS, STR("min_version"), WEB_WORD, FIELD(tls.min_version), tls_version_word},
    {TLS, STR("max_version"), WEB_WORD, FIELD(tls.max_version), tls_version_word},
    {TLS, STR("cipher_suites"), WEB_WORDS, FIELD(tls.ciphers), tls_cipher_word},
    {TLS, STR("prefer_server_cipher_suites"), WEB_FLAG, FIELD(tls.prefers_server_ciphers),
     NULL},
    {TLS, STR("curve_preferences"), WEB_WORDS, FIELD(tls.curves), tls_curve_word},

    {TOP, HTTP, WEB_SECTION, FIELD(http_line), NULL},
    {HTTP, STR("http2"), WEB_FLAG, FIELD(has_http2), NULL},
    {HTTP, STR("headers"), WEB_HEADERS, 0, NULL},

    {TOP, STR("basic_auth_users"), WEB_USERS, 0, NULL},

    {TOP, RATE, WEB_SECTION, FIELD(rate.line), NULL},
    {RATE, STR("interval"), WEB_INTERVAL, 0, NULL},
    {RATE, STR("burst"), WEB_BURST, 0, NULL},
};

const size_t web_key_count = sizeof web_keys / sizeof *web_keys;

const struct web_key *web_key_find(struct str section, struct str name)
{
    for (size_t i = 0; i < web_key_count; i++)
        if (str_equal(web_keys[i].section, section) && str_equal(web_keys[i].name, name))
            return &web_keys[i];
    return NULL;
}

static struct str name_at(size_t i)
{
    return web_keys[i].name;
}

const struct web_key *web_key_nearest(struct str name)
{
    struct str nearest = spelling_nearest(name, name_at, web_key_count);

    for (size_t i = 0; i < web_key_count; i++)
        if (str_equal(web_keys[i].name, nearest))
            return &web_keys[i];
    return NULL;
}
