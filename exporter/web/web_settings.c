/* web_settings.c - see web_settings.h */
#include "web/web_settings.h"

#include <stdlib.h>
#include <string.h>

#include "config/mistake.h"
#include "web/bcrypt.h"
#include "web/watched_files.h"

#define PEM_BYTES_MAX ((size_t)1024 * 1024)
#define WARNINGS_MAX ((size_t)64 * 1024)
#define PATHS_BYTES_MAX ((size_t)64 * 1024)

/* From here on a password takes seconds, on a small computer many. */
#define HIGH_COST 15

/* What is being read. */
struct loading {
    struct str path;
    struct web_settings *settings;
    struct watched_files *files;
    struct buf *mistakes;
    struct arena paths;
};

/* A thing that may stand in the file itself or in a file of its own. */
struct named_pem {
    const struct web_text *inlined, *file;
    const char *key, *file_key;
};

static bool is_file(const struct named_pem *pem)
{
    return pem->file->line != 0;
}

static void refuse_pem(struct loading *loading, const struct named_pem *pem,
                       const char *reason)
{
    mistake_add(loading->mistakes, "%.*s: line %d: tls_server_config: %s%s%.*s: %s",
                STR_ARG(loading->path),
                is_file(pem) ? pem->file->line : pem->inlined->line,
                is_file(pem) ? pem->file_key : pem->key, is_file(pem) ? " " : "",
                is_file(pem) ? (int)pem->file->text.n : 0,
                is_file(pem) ? pem->file->text.p : "", reason);
}

static void warn(struct loading *loading, const char *text)
{
    mistake_add(&loading->settings->warnings, "%.*s: %s", STR_ARG(loading->path), text);
}

/* What is not absolute is meant from the folder of the web configuration. */
static struct str resolve(struct loading *loading, struct str file)
{
    struct str folder = loading->path;

    if (file.p[0] == '/')
        return file;
    while (folder.n && folder.p[folder.n - 1] != '/')
        folder.n--;
    return arena_printf(&loading->paths, "%.*s%.*s", STR_ARG(folder), STR_ARG(file));
}

/* The PEM text; in *buf if it comes from a file.  False once it has refused. */
static bool read_pem(struct loading *loading, const struct named_pem *pem,
                     struct buf *buf, struct str *out_text)
{
    struct error error;

    *out_text = pem->inlined->text;
    if (!is_file(pem))
        return true;
    if (watched_files_read(loading->files, resolve(loading, pem->file->text), buf,
                           &error) != ERR_OK) {
        mistake_add(loading->mistakes, "%.*s: line %d: tls_server_config: %s: %s",
                    STR_ARG(loading->path), pem->file->line, pem->file_key, error.text);
        return false;
    }
    *out_text = buf_str(buf);
    return true;
}

static void make_identity(struct loading *loading, const struct named_pem pems[3],
                          const struct tls_pem *texts)
{
    const struct web_tls *tls = &loading->settings->config.tls;
    enum tls_part part;
    struct error error;

    if (tls_identity_make(tls, texts, &loading->settings->tls, &part, &error) == ERR_OK)
        return;
    switch (part) {
    case TLS_PART_CERT:
    case TLS_PART_KEY:
        refuse_pem(loading, &pems[part], error.text);
        break;
    case TLS_PART_CLIENT_CA:
        if (pems[part].inlined->line || is_file(&pems[part]))
            refuse_pem(loading, &pems[part], error.text);
        else
            mistake_add(loading->mistakes, "%.*s: tls_server_config: client_ca_file: %s",
                        STR_ARG(loading->path), error.text);
        break;
    case TLS_PART_CIPHERS:
        mistake_add(loading->mistakes,
                    "%.*s: line %d: tls_server_config: cipher_suites: %s",
                    STR_ARG(loading->path), tls->ciphers.line, error.text);
        break;
    }
}

static void warn_of_key(struct loading *loading, const struct named_pem *key)
{
    if (is_file(key) && watched_files_is_open_to_all(loading->files))
        mistake_add(&loading->settings->warnings,
                    "%.*s: line %d: tls_server_config: key_file %.*s: everybody on this "
                    "host may read the private key: chmod o-r",
                    STR_ARG(loading->path), key->file->line, STR_ARG(key->file->text));
}

static void warn_of_tls(struct loading *loading)
{
    const struct web_tls *tls = &loading->settings->config.tls;

    if (loading->settings->tls.credentials && !loading->settings->tls.is_valid_yet)
        warn(loading, "tls_server_config: the certificate is not valid yet");
    if (tls_client_is_verified(tls->client_auth.number) && !tls->client_ca.line &&
        !tls->client_ca_file.line)
        warn(loading, "tls_server_config: without client_ca_file, a certificate of any "
                      "public CA lets its owner in");
}

static void load_tls(struct loading *loading)
{
    const struct web_tls *tls = &loading->settings->config.tls;
    const struct named_pem pems[] = {
        [TLS_PART_CERT] = {&tls->cert, &tls->cert_file, "cert", "cert_file"},
        [TLS_PART_KEY] = {&tls->key, &tls->key_file, "key", "key_file"},
        [TLS_PART_CLIENT_CA] = {&tls->client_ca, &tls->client_ca_file, "client_ca",
                                "client_ca_file"},
    };
    struct buf cert = buf_new(PEM_BYTES_MAX);
    struct buf key = buf_new(PEM_BYTES_MAX);
    struct buf client_ca = buf_new(PEM_BYTES_MAX);
    struct tls_pem texts;

    bool is_read = read_pem(loading, &pems[TLS_PART_CERT], &cert, &texts.cert);
    is_read =
        read_pem(loading, &pems[TLS_PART_CLIENT_CA], &client_ca, &texts.client_ca) &&
        is_read;
    is_read = read_pem(loading, &pems[TLS_PART_KEY], &key, &texts.key) && is_read;
    if (is_read) {
        make_identity(loading, pems, &texts);
        warn_of_key(loading, &pems[TLS_PART_KEY]); /* it was read last */
        warn_of_tls(loading);
    }
    buf_free(&cert);
    buf_wipe(&key);
    buf_free(&client_ca);
}

static void warn_of_users(struct loading *loading, bool is_open_to_all)
{
    const struct web_config *config = &loading->settings->config;

    if (is_open_to_all && (config->user_count || config->tls.key.line))
        warn(loading, "everybody on this host may read its secrets: chmod o-r");
    if (config->user_count && !config->tls.line)
        warn(loading, "basic_auth_users without tls_server_config: passwords go over the "
                      "network unencrypted");
    for (size_t i = 0; i < config->user_count; i++)
        if (bcrypt_cost(config->users[i].hash) >= HIGH_COST)
            mistake_add(&loading->settings->warnings,
                        "%.*s: line %d: basic_auth_users: %.*s: a hash of cost %u keeps "
                        "this host busy for seconds at each new password: 10 to 12 will "
                        "do",
                        STR_ARG(loading->path), config->users[i].line,
                        STR_ARG(mistake_value(config->users[i].name)),
                        bcrypt_cost(config->users[i].hash));
}

static void load(struct loading *loading)
{
    struct web_config *config = &loading->settings->config;
    struct buf text = buf_new(WEB_CONFIG_BYTES_MAX);
    struct error error;

    if (watched_files_read(loading->files, loading->path, &text, &error) != ERR_OK) {
        mistake_add(loading->mistakes, "--web.config.file: %s", error.text);
    } else if (web_config_parse(loading->path, buf_str(&text), config,
                                loading->mistakes) == ERR_OK) {
        warn_of_users(loading, watched_files_is_open_to_all(loading->files));
        if (config->tls.line)
            load_tls(loading);
    }
    buf_wipe(&text); /* a key may stand in it */
}

enum err web_settings_load(struct str path, struct web_settings **out_settings,
                           struct watched_files *out_files, struct buf *mistakes)
{
    struct web_settings *settings = calloc(1, sizeof *settings);
    struct loading loading = {
        .path = path,
        .settings = settings,
        .files = out_files,
        .mistakes = mistakes,
        .paths = arena_new(PATHS_BYTES_MAX),
    };
    size_t mistakes_before = mistakes->n;

    memset(out_files, 0, sizeof *out_files);
    if (settings) {
        settings->references = 1;
        settings->warnings = buf_new(WARNINGS_MAX);
        load(&loading);
    } else {
        mistake_add(mistakes, "%.*s: no memory to read it", STR_ARG(path));
    }
    arena_free(&loading.paths);
    if (mistakes->n > mistakes_before || mistakes->failed) {
        web_settings_release(settings);
        return ERR_USAGE;
    }
    *out_settings = settings;
    return ERR_OK;
}

struct web_settings *web_settings_reference(struct web_settings *settings)
{
    (void)__atomic_fetch_add(&settings->references, 1, __ATOMIC_RELAXED);
    return settings;
}

void web_settings_release(struct web_settings *settings)
{
    if (!settings || __atomic_fetch_sub(&settings->references, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    tls_identity_free(&settings->tls);
    web_config_free(&settings->config);
    buf_free(&settings->warnings);
    free(settings);
}
