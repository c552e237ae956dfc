/* client_certificate.c - see client_certificate.h */
#include "web/client_certificate.h"

#include <arpa/inet.h>
#include <gnutls/x509.h>
#include <string.h>

/* The longest name that is compared, and NUL; a longer one is none of ours. */
#define NAME_MAX_BYTES 1024
#define NAMES_MAX 1024 /* in one certificate */

static enum err refuse(gnutls_session_t session, gnutls_alert_description_t alert,
                       struct error *error, const char *why)
{
    (void)gnutls_alert_send(session, GNUTLS_AL_FATAL, alert);
    return error_set(error, ERR_TLS, "%s", why);
}

static enum err refuse_missing(gnutls_session_t session, struct error *error)
{
    bool is_new = gnutls_protocol_get_version(session) >= GNUTLS_TLS1_3;

    return refuse(session,
                  is_new ? GNUTLS_A_CERTIFICATE_REQUIRED : GNUTLS_A_HANDSHAKE_FAILURE,
                  error, "it sent no certificate");
}

static gnutls_alert_description_t alert_of(unsigned status)
{
    if (status & GNUTLS_CERT_EXPIRED)
        return GNUTLS_A_CERTIFICATE_EXPIRED;
    if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
        return GNUTLS_A_UNKNOWN_CA;
    return GNUTLS_A_BAD_CERTIFICATE;
}

static enum err refuse_unverified(gnutls_session_t session, unsigned status,
                                  struct error *error)
{
    gnutls_datum_t text = {0};

    (void)gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0);
    enum err outcome = refuse(session, alert_of(status), error,
                              text.data ? (const char *)text.data : "it does not verify");
    gnutls_free(text.data);
    return outcome;
}

/* The chain up to a CA of ours, the dates, and that it may be used by clients. */
static enum err verify_chain(gnutls_session_t session, struct error *error)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st wanted = {
        .type = GNUTLS_DT_KEY_PURPOSE_OID,
        .data = (unsigned char *)purpose,
        .size = sizeof purpose - 1,
    };
    unsigned status = 0;

    if (gnutls_certificate_verify_peers(session, &wanted, 1, &status) < 0)
        return refuse(session, GNUTLS_A_BAD_CERTIFICATE, error,
                      "its certificate cannot be read");
    return status ? refuse_unverified(session, status, error) : ERR_OK;
}

static bool is_same_address(struct str name, const char *text)
{
    unsigned char wanted[sizeof(struct in6_addr)];
    size_t bytes = name.n;

    if (bytes != sizeof(struct in_addr) && bytes != sizeof(struct in6_addr))
        return false;
    int family = bytes == sizeof(struct in_addr) ? AF_INET : AF_INET6;
    return inet_pton(family, text, wanted) == 1 && memcmp(wanted, name.p, bytes) == 0;
}

static bool is_allowed_name(const struct web_texts *allowed, int type, struct str name)
{
    for (size_t i = 0; i < allowed->count; i++) {
        struct str text = allowed->items[i].text;
        if (type == GNUTLS_SAN_IPADDRESS ? is_same_address(name, text.p)
                                         : str_equal(name, text))
            return true;
    }
    return false;
}

static bool is_compared(int type)
{
    return type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_RFC822NAME ||
           type == GNUTLS_SAN_URI || type == GNUTLS_SAN_IPADDRESS;
}

static bool has_allowed_name(gnutls_x509_crt_t certificate,
                             const struct web_texts *allowed)
{
    for (unsigned i = 0; i < NAMES_MAX; i++) {
        char name[NAME_MAX_BYTES];
        size_t bytes = sizeof name;
        int type =
            gnutls_x509_crt_get_subject_alt_name(certificate, i, name, &bytes, NULL);
        if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            return false;
        if (is_compared(type) &&
            is_allowed_name(allowed, type, (struct str){name, bytes}))
            return true;
    }
    return false;
}

static enum err check_names(gnutls_session_t session, const gnutls_datum_t *leaf,
                            const struct web_texts *allowed, struct error *error)
{
    gnutls_x509_crt_t certificate;
    bool is_allowed = false;

    if (gnutls_x509_crt_init(&certificate) < 0)
        return refuse(session, GNUTLS_A_INTERNAL_ERROR, error, "no memory to check it");
    if (gnutls_x509_crt_import(certificate, leaf, GNUTLS_X509_FMT_DER) == 0)
        is_allowed = has_allowed_name(certificate, allowed);
    gnutls_x509_crt_deinit(certificate);
    if (is_allowed)
        return ERR_OK;
    return refuse(session, GNUTLS_A_BAD_CERTIFICATE, error,
                  "its certificate has none of client_allowed_sans");
}

enum err client_certificate_check(gnutls_session_t session, const struct web_tls *tls,
                                  struct error *error)
{
    unsigned count = 0;
    const gnutls_datum_t *sent = gnutls_certificate_get_peers(session, &count);
    unsigned policy = tls->client_auth.number;
    enum err outcome = ERR_OK;

    if (!sent || count == 0) {
        return tls_client_is_required(policy) ? refuse_missing(session, error) : ERR_OK;
    }
    if (tls_client_is_verified(policy))
        outcome = verify_chain(session, error);
    if (outcome == ERR_OK && tls->client_allowed_sans.count)
        outcome = check_names(session, &sent[0], &tls->client_allowed_sans, error);
    return outcome;
}
