/* tls_names.c - see tls_names.h */
#include "web/tls_names.h"

static const char *const client_auth_words[] = {
    [TLS_CLIENT_NONE] = "NoClientCert",
    [TLS_CLIENT_REQUESTED] = "RequestClientCert",
    [TLS_CLIENT_ANY] = "RequireAnyClientCert",
    [TLS_CLIENT_VERIFIED_IF_SENT] = "VerifyClientCertIfGiven",
    [TLS_CLIENT_VERIFIED] = "RequireAndVerifyClientCert",
    [TLS_CLIENT_ANY_OLD_NAME] = "RequireClientCert",
};

static const struct {
    const char *name, *gnutls;
} versions[] = {
    [TLS_VERSION_10] = {"TLS10", "VERS-TLS1.0"},
    [TLS_VERSION_11] = {"TLS11", "VERS-TLS1.1"},
    [TLS_VERSION_12] = {"TLS12", "VERS-TLS1.2"},
    [TLS_VERSION_13] = {"TLS13", "VERS-TLS1.3"},
};

/* By preference, where a file does not say. */
static const struct {
    const char *name, *gnutls;
} curves[] = {
    {"X25519", "GROUP-X25519"},
    {"CurveP256", "GROUP-SECP256R1"},
    {"CurveP384", "GROUP-SECP384R1"},
    {"CurveP521", "GROUP-SECP521R1"},
};

#define E_RSA TLS_KEY_RSA, "ECDHE-RSA"
#define E_ECDSA TLS_KEY_ECDSA, "ECDHE-ECDSA"
#define RSA TLS_KEY_RSA, "RSA"
#define TLS13 TLS_KEY_ANY, NULL

/* By preference, where a file does not say.  Those without forward secrecy and with CBC
 * stand in files that were written for older versions of Go. */
static const struct tls_cipher ciphers[] = {
    {"TLS_AES_128_GCM_SHA256", TLS13, "AES-128-GCM", "AEAD", true, false},
    {"TLS_AES_256_GCM_SHA384", TLS13, "AES-256-GCM", "AEAD", true, false},
    {"TLS_CHACHA20_POLY1305_SHA256", TLS13, "CHACHA20-POLY1305", "AEAD", true, false},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", E_ECDSA, "AES-128-GCM", "AEAD", true,
     true},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", E_RSA, "AES-128-GCM", "AEAD", true, true},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", E_ECDSA, "AES-256-GCM", "AEAD", true,
     false},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", E_RSA, "AES-256-GCM", "AEAD", true, false},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", E_ECDSA, "CHACHA20-POLY1305",
     "AEAD", true, false},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", E_RSA, "CHACHA20-POLY1305", "AEAD",
     true, false},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", E_ECDSA, "AES-128-CBC", "SHA1", true, false},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", E_RSA, "AES-128-CBC", "SHA1", true, false},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", E_ECDSA, "AES-256-CBC", "SHA1", true, false},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", E_RSA, "AES-256-CBC", "SHA1", true, false},
    {"TLS_RSA_WITH_AES_128_GCM_SHA256", RSA, "AES-128-GCM", "AEAD", false, false},
    {"TLS_RSA_WITH_AES_256_GCM_SHA384", RSA, "AES-256-GCM", "AEAD", false, false},
    {"TLS_RSA_WITH_AES_128_CBC_SHA", RSA, "AES-128-CBC", "SHA1", false, false},
    {"TLS_RSA_WITH_AES_256_CBC_SHA", RSA, "AES-256-CBC", "SHA1", false, false},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

_Static_assert(COUNT(ciphers) <= TLS_CIPHERS_MAX, "a choice holds each once");
_Static_assert(COUNT(curves) <= TLS_CURVES_MAX, "a choice holds each once");

const char *tls_client_auth_word(unsigned number)
{
    return number < COUNT(client_auth_words) ? client_auth_words[number] : NULL;
}

bool tls_client_is_required(unsigned client_auth)
{
    return client_auth == TLS_CLIENT_ANY || client_auth == TLS_CLIENT_VERIFIED;
}

bool tls_client_is_verified(unsigned client_auth)
{
    return client_auth == TLS_CLIENT_VERIFIED_IF_SENT ||
           client_auth == TLS_CLIENT_VERIFIED;
}

const char *tls_version_word(unsigned number)
{
    return number < COUNT(versions) ? versions[number].name : NULL;
}

const char *tls_cipher_word(unsigned number)
{
    return number < COUNT(ciphers) ? ciphers[number].name : NULL;
}

const char *tls_curve_word(unsigned number)
{
    return number < COUNT(curves) ? curves[number].name : NULL;
}

const struct tls_cipher *tls_cipher_at(unsigned number)
{
    return &ciphers[number];
}

const char *tls_version_gnutls(unsigned number)
{
    return versions[number].gnutls;
}

const char *tls_curve_gnutls(unsigned number)
{
    return curves[number].gnutls;
}
