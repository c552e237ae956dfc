/* web_check.c - see web_check.h */
#include "web/web_check.h"

#include "web/tls_names.h"

static const struct str tls_section = STR("tls_server_config");
static const struct str rate_section = STR("rate_limit");
static const struct str nothing = STR("");

static void refuse(struct web_reader *reader, struct str section, int line,
                   const char *key, const char *reason)
{
    reader->section = section;
    web_reader_refuse(reader, line, str_from(key), nothing, reason);
    reader->section = nothing;
}

/* A thing that may stand in the file itself or in a file of its own. */
struct alternative {
    const struct web_text *inlined, *file;
    const char *key, *file_key;
};

static bool is_there(struct alternative one)
{
    return one.inlined->line || one.file->line;
}

static void refuse_both(struct web_reader *reader, struct alternative one)
{
    if (one.inlined->line && one.file->line)
        refuse(reader, tls_section, one.inlined->line, one.key,
               "stands beside the key that names a file: allowed one of them");
}

static void check_identity(struct web_reader *reader, const struct web_tls *tls)
{
    const struct alternative cert = {&tls->cert, &tls->cert_file, "cert", "cert_file"};
    const struct alternative key = {&tls->key, &tls->key_file, "key", "key_file"};

    refuse_both(reader, cert);
    refuse_both(reader, key);
    if (!is_there(cert))
        refuse(reader, tls_section, tls->line, "",
               "has neither cert_file nor cert: TLS needs one of them");
    if (!is_there(key))
        refuse(reader, tls_section, tls->line, "",
               "has neither key_file nor key: TLS needs one of them");
}

static void check_clients(struct web_reader *reader, const struct web_tls *tls)
{
    const struct alternative ca = {&tls->client_ca, &tls->client_ca_file, "client_ca",
                                   "client_ca_file"};
    const struct web_texts *sans = &tls->client_allowed_sans;

    refuse_both(reader, ca);
    if (is_there(ca) && tls->client_auth.number == TLS_CLIENT_NONE)
        refuse(reader, tls_section, ca.file->line ? ca.file->line : ca.inlined->line,
               ca.file->line ? ca.file_key : ca.key,
               "without a client_auth_type that asks for certificates: allowed "
               "RequireAndVerifyClientCert");
    if (sans->line && !tls_client_is_required(tls->client_auth.number))
        refuse(reader, tls_section, sans->line, "client_allowed_sans",
               "allowed with a client_auth_type of RequireAndVerifyClientCert or "
               "RequireAnyClientCert");
    if (sans->line && sans->count == 0)
        refuse(reader, tls_section, sans->line, "client_allowed_sans",
               "is empty: nobody could come in");
}

static bool has_http2_cipher(const struct web_words *ciphers)
{
    for (size_t i = 0; i < ciphers->count; i++)
        if (tls_cipher_at(ciphers->items[i])->is_http2)
            return true;
    return false;
}

/* Go refuses to serve HTTP/2 so: a file that we took would stop the next exporter. */
static void check_http2(struct web_reader *reader, const struct web_config *config)
{
    const struct web_tls *tls = &config->tls;

    if (config->has_http2 && tls->ciphers.count && !has_http2_cipher(&tls->ciphers) &&
        tls->min_version.number < TLS_VERSION_13)
        refuse(reader, tls_section, tls->ciphers.line, "cipher_suites",
               "has none of those that HTTP/2 requires: allowed with "
               "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or "
               "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, or with "
               "http_server_config: http2: false");
}

static void check_versions(struct web_reader *reader, const struct web_tls *tls)
{
    if (tls->min_version.number > tls->max_version.number)
        refuse(reader, tls_section,
               tls->min_version.line ? tls->min_version.line : tls->max_version.line,
               tls->min_version.line ? "min_version" : "max_version",
               "leaves no version: allowed a min_version (TLS12 if not said) up to the "
               "max_version (TLS13 if not said)");
}

static void check_rate(struct web_reader *reader, const struct web_rate *rate)
{
    if (rate->interval_ns && rate->burst == 0)
        refuse(reader, rate_section, rate->line, "burst",
               "is 0 or missing: every request would be refused; allowed 1 to 1000000");
}

void web_check(struct web_reader *reader, const struct web_config *config)
{
    if (config->tls.line) {
        check_identity(reader, &config->tls);
        check_clients(reader, &config->tls);
        check_versions(reader, &config->tls);
        check_http2(reader, config);
    }
    check_rate(reader, &config->rate);
}
