/* http_handle.c - see http_handle.h */
#include "source/http_handle.h"

#include <stddef.h>

#include "base/buf.h"
#include "base/file.h"
#include "source/source.h"

#define SECRET_BYTES_MAX ((size_t)4 * 1024)
#define CA_BYTES_MAX ((size_t)1024 * 1024)
#define NAME_BYTES_MAX ((size_t)4 * 1024)

#define DNS_CACHE_SECONDS 60

struct setting {
    CURLoption option;
    long value;
};

static const struct setting settings[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_QUICK_EXIT, 1}, /* never join a resolver thread: that may take 10 s */
    {CURLOPT_DNS_CACHE_TIMEOUT, DNS_CACHE_SECONDS},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_HTTPAUTH, CURLAUTH_BASIC},
    {CURLOPT_UNRESTRICTED_AUTH, 0},
    {CURLOPT_FRESH_CONNECT, 1}, /* the server closes after each answer, and an idle */
    {CURLOPT_FORBID_REUSE, 1},  /* connection would keep it from serving others */
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
};

/* The server is Python on a small processor: what it does not need it need not parse. */
static char no_accept_text[] = "Accept:";
static struct curl_slist no_accept = {.data = no_accept_text};

/* The codes of many calls in one number; 0 as long as all of them went well. */
static unsigned apply_settings(CURL *handle)
{
    unsigned failures = 0;

    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        failures |= curl_easy_setopt(handle, settings[i].option, settings[i].value);
    failures |= curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    failures |= curl_easy_setopt(handle, CURLOPT_PROXY, ""); /* not the environment's */
    failures |= curl_easy_setopt(handle, CURLOPT_HTTPHEADER, &no_accept);
    return failures;
}

/* text with the NUL that curl wants. */
static unsigned apply_text(CURL *handle, CURLoption option, struct str text)
{
    struct buf copy = buf_new(NAME_BYTES_MAX);

    buf_add(&copy, text);
    buf_add_char(&copy, '\0');
    unsigned failures =
        copy.failed ? CURLE_OUT_OF_MEMORY : curl_easy_setopt(handle, option, copy.p);
    buf_wipe(&copy); /* it may be a password */
    return failures;
}

static enum err refused(unsigned failures, const char *what, struct error *error)
{
    return failures ? error_set(error, ERR_MEMORY, "curl refuses %s", what) : ERR_OK;
}

static enum err apply_fixed(CURL *handle, const struct source_options *options,
                            struct error *error)
{
    struct buf agent = buf_new(NAME_BYTES_MAX);
    unsigned failures = apply_settings(handle);

    buf_printf(&agent, "victron_exporter/%s", options->version);
    failures |= apply_text(handle, CURLOPT_USERAGENT, buf_str(&agent));
    buf_free(&agent);
    return refused(failures, "its settings", error);
}

static enum err apply_login(CURL *handle, const struct source_access *access,
                            struct error *error)
{
    struct buf secret = buf_new(SECRET_BYTES_MAX);
    unsigned failures = 0;

    if (access->password_file.n &&
        file_read_secret(access->password_file, &secret, error) != ERR_OK) {
        buf_wipe(&secret);
        return error_at(error, ERR_USAGE, "--http.password-file");
    }
    if (access->username.n || secret.n)
        failures |= apply_text(handle, CURLOPT_USERNAME, access->username);
    if (secret.n)
        failures |= apply_text(handle, CURLOPT_PASSWORD, buf_str(&secret));
    buf_wipe(&secret);
    return refused(failures, "user name and password", error);
}

/* Only the given CAs are trusted then, not the system's besides. */
static enum err apply_ca(CURL *handle, struct str file, struct error *error)
{
    struct buf text = buf_new(CA_BYTES_MAX);
    unsigned failures = 0;
    enum err outcome = file_read(file, &text, error);

    if (outcome == ERR_OK && !str_contains(buf_str(&text), STR_OF("-----BEGIN ")))
        outcome = error_set(error, ERR_USAGE, "%.*s holds no certificate in PEM form",
                            STR_ARG(file));
    if (outcome == ERR_OK) {
        const struct curl_blob blob = {text.p, text.n, CURL_BLOB_COPY};
        failures |= curl_easy_setopt(handle, CURLOPT_CAINFO_BLOB, &blob);
        failures |= curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
    }
    buf_free(&text);
    if (outcome != ERR_OK)
        return error_at(error, ERR_USAGE, "--http.ca-file");
    return refused(failures, "the CA file", error);
}

static enum err apply_trust(CURL *handle, const struct source_access *access,
                            struct error *error)
{
    unsigned failures = 0;

    if (access->skip_verify) {
        failures |= curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
        failures |= curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    enum err outcome = refused(failures, "to skip verification", error);
    if (outcome == ERR_OK && access->ca_file.n)
        outcome = apply_ca(handle, access->ca_file, error);
    return outcome;
}

enum err http_handle_open(const struct source_options *options, CURL **out_handle,
                          struct error *error)
{
    CURL *handle = curl_easy_init();

    if (!handle)
        return error_set(error, ERR_MEMORY, "no memory for curl");
    enum err outcome = apply_fixed(handle, options, error);
    if (outcome == ERR_OK)
        outcome = apply_login(handle, &options->http, error);
    if (outcome == ERR_OK)
        outcome = apply_trust(handle, &options->http, error);
    if (outcome != ERR_OK) {
        curl_easy_cleanup(handle);
        return outcome;
    }
    *out_handle = handle;
    return ERR_OK;
}
