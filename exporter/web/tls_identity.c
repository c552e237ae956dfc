/* tls_identity.c - see tls_identity.h */
#include "web/tls_identity.h"

#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "web/tls_priority.h"

#define PRIORITY_TEXT_MAX ((size_t)4096)
#define TIME_TEXT_MAX 32

static gnutls_datum_t datum(struct str text)
{
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)text.p, (unsigned)text.n};
}

static enum err refuse_gnutls(struct error *error, const char *what, int failure)
{
    if (failure == GNUTLS_E_MEMORY_ERROR)
        return error_set(error, ERR_MEMORY, "no memory for it");
    return error_set(error, ERR_USAGE, "%s (%s)", what, gnutls_strerror(failure));
}

static enum err refuse_expired(time_t end, struct error *error)
{
    struct tm parts;
    char text[TIME_TEXT_MAX] = "";

    if (gmtime_r(&end, &parts))
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return error_set(error, ERR_USAGE, "expired at %s: allowed one that is valid", text);
}

static enum tls_key key_of(gnutls_x509_crt_t certificate)
{
    int algorithm = gnutls_x509_crt_get_pk_algorithm(certificate, NULL);

    return algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS ? TLS_KEY_RSA
                                                                        : TLS_KEY_ECDSA;
}

/* The first certificate is ours, those behind it lead to a CA. */
static enum err read_certificate(struct str pem, struct tls_identity *identity,
                                 enum tls_key *out_key, struct error *error)
{
    gnutls_datum_t text = datum(pem);
    gnutls_x509_crt_t *list = NULL;
    unsigned count = 0;
    enum err outcome = ERR_OK;
    int failure =
        gnutls_x509_crt_list_import2(&list, &count, &text, GNUTLS_X509_FMT_PEM, 0);

    if (failure < 0 || count == 0)
        return refuse_gnutls(error, "holds no certificate in PEM", failure);
    time_t now = (time_t)clock_unix_seconds();
    time_t end = gnutls_x509_crt_get_expiration_time(list[0]);
    *out_key = key_of(list[0]);
    identity->is_valid_yet = gnutls_x509_crt_get_activation_time(list[0]) <= now;
    if (end != (time_t)-1 && end < now)
        outcome = refuse_expired(end, error);
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
    return outcome;
}

static enum err set_key(const struct tls_pem *pem, struct tls_identity *identity,
                        struct error *error)
{
    gnutls_datum_t cert = datum(pem->cert);
    gnutls_datum_t key = datum(pem->key);
    int failure = gnutls_certificate_set_x509_key_mem(identity->credentials, &cert, &key,
                                                      GNUTLS_X509_FMT_PEM);

    if (failure == GNUTLS_E_CERTIFICATE_KEY_MISMATCH)
        return error_set(error, ERR_USAGE, "is not the key of the certificate");
    if (failure == GNUTLS_E_DECRYPTION_FAILED)
        return error_set(error, ERR_USAGE,
                         "is protected by a password: allowed without one");
    if (failure < 0)
        return refuse_gnutls(error, "holds no private key in PEM", failure);
    return ERR_OK;
}

static enum err set_client_ca(const struct web_tls *tls, struct str pem,
                              struct tls_identity *identity, struct error *error)
{
    gnutls_datum_t text = datum(pem);
    int count;

    if (pem.n) {
        count = gnutls_certificate_set_x509_trust_mem(identity->credentials, &text,
                                                      GNUTLS_X509_FMT_PEM);
        if (count == 0)
            return error_set(error, ERR_USAGE, "holds no certificate in PEM");
        if (count < 0)
            return refuse_gnutls(error, "holds no certificate in PEM", count);
    } else if (tls_client_is_verified(tls->client_auth.number)) {
        count = gnutls_certificate_set_x509_system_trust(identity->credentials);
        if (count < 0)
            return refuse_gnutls(error, "is not said, and the system has no CAs", count);
    }
    return ERR_OK;
}

/* *out_priority stays NULL where such a client cannot be served. */
static enum err set_priority(const struct web_tls *tls, enum tls_key key,
                             enum tls_client client, gnutls_priority_t *out_priority,
                             struct error *error)
{
    struct buf text = buf_new(PRIORITY_TEXT_MAX);
    int failure = 0;

    if (tls_priority_write(tls, key, client, &text))
        failure = text.failed ? GNUTLS_E_MEMORY_ERROR
                              : gnutls_priority_init(out_priority, text.p, NULL);
    buf_free(&text);
    if (failure < 0)
        return refuse_gnutls(error, "cannot be set", failure);
    return ERR_OK;
}

static enum err set_priorities(const struct web_tls *tls, enum tls_key key,
                               struct tls_identity *identity, struct error *error)
{
    enum err outcome =
        set_priority(tls, key, TLS_CLIENT_OF_13, &identity->priority, error);

    if (outcome == ERR_OK)
        outcome =
            set_priority(tls, key, TLS_CLIENT_OF_12, &identity->priority_for_12, error);
    if (outcome != ERR_OK)
        return outcome;
    if (!identity->priority) {
        identity->priority = identity->priority_for_12;
        identity->priority_for_12 = NULL;
    }
    if (!identity->priority)
        return error_set(error, ERR_USAGE,
                         "holds none for the certificate's key: allowed those with %s",
                         key == TLS_KEY_RSA ? "RSA" : "ECDSA");
    return ERR_OK;
}

enum err tls_identity_make(const struct web_tls *tls, const struct tls_pem *pem,
                           struct tls_identity *out_identity, enum tls_part *out_part,
                           struct error *error)
{
    struct tls_identity identity = {0};
    enum tls_key key = TLS_KEY_RSA;

    *out_part = TLS_PART_CERT;
    if (gnutls_certificate_allocate_credentials(&identity.credentials) < 0)
        return error_set(error, ERR_MEMORY, "no memory for it");
    enum err outcome = read_certificate(pem->cert, &identity, &key, error);
    if (outcome == ERR_OK) {
        *out_part = TLS_PART_KEY;
        outcome = set_key(pem, &identity, error);
    }
    if (outcome == ERR_OK) {
        *out_part = TLS_PART_CLIENT_CA;
        outcome = set_client_ca(tls, pem->client_ca, &identity, error);
    }
    if (outcome == ERR_OK) {
        *out_part = TLS_PART_CIPHERS;
        outcome = set_priorities(tls, key, &identity, error);
    }
    if (outcome == ERR_OK)
        *out_identity = identity;
    else
        tls_identity_free(&identity);
    return outcome;
}

void tls_identity_free(struct tls_identity *identity)
{
    if (identity->priority_for_12)
        gnutls_priority_deinit(identity->priority_for_12);
    if (identity->priority)
        gnutls_priority_deinit(identity->priority);
    if (identity->credentials)
        gnutls_certificate_free_credentials(identity->credentials);
    memset(identity, 0, sizeof *identity);
}
