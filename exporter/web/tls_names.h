/* tls_names.h - the words of Go's crypto/tls that a web configuration may hold.
 *
 * Each list of words is asked for by number, NULL behind the last.
 */
#ifndef WEB_TLS_NAMES_H
#define WEB_TLS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

enum tls_client_auth {
    TLS_CLIENT_NONE,
    TLS_CLIENT_REQUESTED, /* whatever comes is taken, also nothing */
    TLS_CLIENT_ANY,       /* there must be one; nobody vouches for it */
    TLS_CLIENT_VERIFIED_IF_SENT,
    TLS_CLIENT_VERIFIED,
    TLS_CLIENT_ANY_OLD_NAME, /* as TLS_CLIENT_ANY */
};

enum tls_version { TLS_VERSION_10, TLS_VERSION_11, TLS_VERSION_12, TLS_VERSION_13 };

/* Whose suite: of one that signs with this key, or of TLS 1.3, where all sign. */
enum tls_key { TLS_KEY_RSA, TLS_KEY_ECDSA, TLS_KEY_ANY };

/* What GnuTLS calls the parts of a suite. */
struct tls_cipher {
    const char *name; /* Go's */
    enum tls_key key;
    const char *exchange; /* NULL: of TLS 1.3 */
    const char *cipher;
    const char *mac;
    bool is_default;
    bool is_http2; /* one of those that HTTP/2 requires */
};

#define TLS_CIPHERS_MAX 32
#define TLS_CURVES_MAX 8

const char *tls_client_auth_word(unsigned number);
const char *tls_version_word(unsigned number);
const char *tls_cipher_word(unsigned number);
const char *tls_curve_word(unsigned number);

/* By an enum tls_client_auth: must a client send a certificate; must one that it sends
 * lead to a CA of ours? */
bool tls_client_is_required(unsigned client_auth);
bool tls_client_is_verified(unsigned client_auth);

/* number is one of which tls_cipher_word gives a word. */
const struct tls_cipher *tls_cipher_at(unsigned number);

/* What GnuTLS calls the version, the curve. */
const char *tls_version_gnutls(unsigned number);
const char *tls_curve_gnutls(unsigned number);

#endif
