/* mqtt_access.c - see mqtt_access.h */
#include "source/mqtt_access.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/url.h"
#include "source/mqtt_wire.h"

#define PASSWORD_BYTES_MAX ((size_t)4 * 1024)
#define CA_BYTES_MAX ((size_t)4 * 1024 * 1024)
#define HOST_BYTES_MAX ((size_t)256)

/* The least that is allowed: 1.3 is too.  Without it libmosquitto 2.0.11 says the same,
 * older ones did not. */
#define TLS_LEAST "tlsv1.2"

struct scheme {
    struct str name;
    uint16_t port;
    bool uses_tls;
    bool is_vrm; /* the host is a portal id */
};

static const struct scheme schemes[] = {
    {.name = STR("mqtt"), .port = 1883},
    {.name = STR("mqtts"), .port = 8883, .uses_tls = true},
    {.name = STR("vrm"), .port = 8883, .uses_tls = true, .is_vrm = true},
};
#define SCHEME_COUNT (sizeof schemes / sizeof *schemes)

static const struct scheme *scheme_of(struct str name)
{
    for (size_t i = 0; i < SCHEME_COUNT; i++)
        if (str_equal(schemes[i].name, name))
            return &schemes[i];
    return NULL;
}

/* The prefix, the secret and a NUL. */
static enum err read_password(const struct mqtt_access *access, struct buf *out,
                              struct error *error)
{
    buf_add_text(out, access->password_prefix);
    enum err outcome = file_read_secret(access->password_file, out, error);
    buf_add_char(out, '\0');
    if (outcome == ERR_OK && out->failed)
        return error_set(error, ERR_MEMORY, "no memory");
    return outcome;
}

static enum err check_password(const struct mqtt_access *access, struct error *error)
{
    struct buf password = buf_new(PASSWORD_BYTES_MAX);
    enum err outcome = ERR_OK;

    if (access->password_file.n)
        outcome = read_password(access, &password, error);
    buf_wipe(&password);
    return outcome == ERR_OK ? ERR_OK : error_at(error, outcome, "--mqtt.password-file");
}

static enum err check_ca(const struct mqtt_access *access, struct error *error)
{
    struct buf pem = buf_new(CA_BYTES_MAX);
    enum err outcome = ERR_OK;

    if (access->ca_file.n)
        outcome = file_read(access->ca_file, &pem, error);
    if (outcome == ERR_OK && access->ca_file.n &&
        !str_contains(buf_str(&pem), STR_OF("-----BEGIN ")))
        outcome = error_set(error, ERR_USAGE, "%s: holds no certificate in PEM form",
                            access->ca_file.p);
    buf_free(&pem);
    return outcome == ERR_OK ? ERR_OK : error_at(error, outcome, "--mqtt.ca-file");
}

static enum err check_url(const struct url *url, const struct scheme *scheme,
                          struct error *error)
{
    if (url->path.n)
        return error_set(error, ERR_USAGE,
                         "--station.url: path \"%.*s\": none is allowed with %.*s:",
                         STR_ARG(url->path), STR_ARG(scheme->name));
    if (scheme->is_vrm && (url->port || !mqtt_wire_is_portal(url->host)))
        return error_set(error, ERR_USAGE,
                         "--station.url: vrm:// takes a portal id and nothing else, "
                         "for example vrm://c0619ab4e53f");
    return ERR_OK;
}

static enum err check_flags(const struct source_options *options,
                            const struct scheme *scheme, struct error *error)
{
    const struct source_access *given = &options->mqtt;

    if (options->mqtt_portal_id.n && !mqtt_wire_is_portal(options->mqtt_portal_id))
        return error_set(
            error, ERR_USAGE,
            "--mqtt.portal-id=%.*s: allowed 1 to %d of letters, digits and -_.",
            STR_ARG(options->mqtt_portal_id), MQTT_PORTAL_MAX);
    if (scheme->is_vrm && !given->username.n)
        return error_set(error, ERR_USAGE,
                         "--mqtt.username: vrm: needs the e-mail address of a VRM user");
    if (scheme->is_vrm && !given->password_file.n)
        return error_set(error, ERR_USAGE,
                         "--mqtt.password-file: vrm: needs a file that holds an access "
                         "token of the VRM user");
    if (given->password_file.n && !given->username.n)
        return error_set(error, ERR_USAGE,
                         "--mqtt.username: needed with --mqtt.password-file; a GX takes "
                         "any name");
    return ERR_OK;
}

/* Real portal ids are lower case; a topic would not forgive the other. */
static struct str lower_in(struct arena *arena, struct str s)
{
    char *p = arena_alloc(arena, s.n + 1);

    for (size_t i = 0; p && i < s.n; i++)
        p[i] = ascii_lower(s.p[i]);
    return (struct str){p, p ? s.n : 0};
}

static void place(const struct source_options *options, const struct url *url,
                  const struct scheme *scheme, struct arena *arena,
                  struct mqtt_access *access)
{
    access->uses_tls = scheme->uses_tls;
    access->port = url->port ? url->port : scheme->port;
    access->password_prefix = scheme->is_vrm ? "Token " : "";
    if (!scheme->is_vrm) {
        access->host = arena_copy(arena, url->host);
        access->portal = arena_copy(arena, options->mqtt_portal_id);
        return;
    }
    struct buf host = buf_new(HOST_BYTES_MAX);
    access->portal = lower_in(arena, url->host);
    mqtt_wire_vrm_host(access->portal, &host);
    access->host = arena_copy(arena, buf_str(&host));
    buf_free(&host);
}

static enum err apply_password(const struct mqtt_access *access, struct mosquitto *client,
                               struct error *error)
{
    struct buf password = buf_new(PASSWORD_BYTES_MAX);
    enum err outcome = ERR_OK;

    if (access->password_file.n)
        outcome = read_password(access, &password, error);
    if (outcome != ERR_OK)
        outcome = error_at(error, ERR_AUTH, "--mqtt.password-file");
    else if (mosquitto_username_pw_set(client, access->username.p, password.p) !=
             MOSQ_ERR_SUCCESS)
        outcome = error_set(error, ERR_AUTH,
                            "--mqtt.username, --mqtt.password-file: "
                            "must be UTF-8 and at most 64 KiB");
    buf_wipe(&password);
    return outcome;
}

/* "Insecure" is libmosquitto's word for a chain that is verified and a name that is
 * not; without verification neither is. */
static enum err apply_tls(const struct mqtt_access *access, struct mosquitto *client,
                          struct error *error)
{
    bool skips_name = access->skip_hostname_check || access->skip_verify;
    int outcome =
        access->ca_file.n
            ? mosquitto_tls_set(client, access->ca_file.p, NULL, NULL, NULL, NULL)
            : mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1);

    if (outcome != MOSQ_ERR_SUCCESS)
        return error_set(error, ERR_TLS, "--mqtt.ca-file=%s: cannot be read",
                         access->ca_file.n ? access->ca_file.p : "");
    if (mosquitto_tls_opts_set(client, !access->skip_verify, TLS_LEAST, NULL) !=
            MOSQ_ERR_SUCCESS ||
        mosquitto_tls_insecure_set(client, skips_name) != MOSQ_ERR_SUCCESS)
        return error_set(error, ERR_TLS, "no TLS in this libmosquitto");
    return ERR_OK;
}

enum err mqtt_access_load(const struct source_options *options, struct arena *arena,
                          struct mqtt_access *out_access, struct error *error)
{
    const struct source_access *given = &options->mqtt;
    struct url url;

    if (url_parse(options->url, &url, error) != ERR_OK)
        return error_at(error, ERR_USAGE, "--station.url");
    const struct scheme *scheme = scheme_of(url.scheme);
    if (!scheme)
        return error_set(error, ERR_USAGE, "--station.url: scheme \"%.*s\" is no MQTT",
                         STR_ARG(url.scheme));
    enum err outcome = check_url(&url, scheme, error);
    if (outcome == ERR_OK)
        outcome = check_flags(options, scheme, error);
    if (outcome != ERR_OK)
        return outcome;

    struct mqtt_access access = {
        .username = arena_copy(arena, given->username),
        .password_file = arena_copy(arena, given->password_file),
        .ca_file = arena_copy(arena, given->ca_file),
        .skip_verify = given->skip_verify,
        .skip_hostname_check = given->skip_hostname_check,
    };
    place(options, &url, scheme, arena, &access);
    if (arena->failed)
        return error_set(error, ERR_MEMORY, "no memory");
    outcome = check_password(&access, error);
    if (outcome == ERR_OK)
        outcome = check_ca(&access, error);
    if (outcome == ERR_OK)
        *out_access = access;
    return outcome;
}

enum err mqtt_access_apply(const struct mqtt_access *access, struct mosquitto *client,
                           struct error *error)
{
    enum err outcome = ERR_OK;

    if (access->username.n)
        outcome = apply_password(access, client, error);
    if (outcome == ERR_OK && access->uses_tls)
        outcome = apply_tls(access, client, error);
    return outcome;
}
