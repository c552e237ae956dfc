/* tls_identity.h - certificate, key and the CA of the clients, ready for GnuTLS.
 *
 * Constant once made; any thread.
 */
#ifndef WEB_TLS_IDENTITY_H
#define WEB_TLS_IDENTITY_H

#include <gnutls/gnutls.h>

#include "base/err.h"
#include "base/str.h"
#include "web/web_config.h"

struct tls_identity {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;        /* until the version is agreed on */
    gnutls_priority_t priority_for_12; /* for clients below TLS 1.3; NULL: the same */
    bool is_valid_yet;                 /* the certificate's first day has come */
};

/* PEM, as text. */
struct tls_pem {
    struct str cert, key;
    struct str client_ca; /* empty: the system's, where clients are verified */
};

/* Which of them a sentence is about. */
enum tls_part { TLS_PART_CERT, TLS_PART_KEY, TLS_PART_CLIENT_CA, TLS_PART_CIPHERS };

/* On failure *out_part says which is wrong and error why; the caller owns nothing. */
enum err tls_identity_make(const struct web_tls *tls, const struct tls_pem *pem,
                           struct tls_identity *out_identity, enum tls_part *out_part,
                           struct error *error) __attribute__((warn_unused_result));

/* Takes one that was never made, zeroed. */
void tls_identity_free(struct tls_identity *identity);

#endif
