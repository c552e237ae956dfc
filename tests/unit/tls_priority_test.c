/* tls_priority_test.c - what GnuTLS is told, and that it understands it. */
#include "check.h"

#include <gnutls/gnutls.h>

#include "web/tls_priority.h"

#define TLS "tls_server_config:\n  cert: c\n  key: k\n"
#define HTTP1 "http_server_config: {http2: false}\n"

/* "" where such a client cannot be served. */
static void check_priority(const char *yaml, enum tls_key key, enum tls_client client,
                           const char *expected)
{
    struct web_config config;
    struct buf mistakes = buf_new(1000);
    struct buf text = buf_new(4096);
    gnutls_priority_t priority;

    if (web_config_parse(STR_OF("w"), str_from(yaml), &config, &mistakes))
        fail_msg("%.*s", STR_ARG(buf_str(&mistakes)));
    bool is_possible = tls_priority_write(&config.tls, key, client, &text);
    assert_int_equal(is_possible, expected[0] != '\0');
    if (is_possible) {
        assert_string_equal(text.p, expected);
        assert_int_equal(gnutls_priority_init(&priority, text.p, NULL), 0);
        gnutls_priority_deinit(priority);
    }
    buf_free(&text);
    buf_free(&mistakes);
    web_config_free(&config);
}

static void test_the_defaults_are_those_of_go(void **state)
{
    (void)state;
    check_priority(TLS, TLS_KEY_RSA, TLS_CLIENT_OF_13,
                   "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:-CIPHER-ALL"
                   ":-MAC-ALL:+AES-128-GCM:+AEAD:+AES-256-GCM:+CHACHA20-POLY1305"
                   ":+ECDHE-RSA:+AES-128-CBC:+SHA1:+AES-256-CBC:+ECDHE-ECDSA:-GROUP-ALL"
                   ":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1"
                   ":%SERVER_PRECEDENCE");
    check_priority(TLS, TLS_KEY_ECDSA, TLS_CLIENT_OF_12,
                   "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:-CIPHER-ALL:-MAC-ALL"
                   ":+ECDHE-ECDSA:+AES-128-GCM:+AEAD:+AES-256-GCM:+CHACHA20-POLY1305"
                   ":+AES-128-CBC:+SHA1:+AES-256-CBC:-GROUP-ALL"
                   ":+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1"
                   ":%SERVER_PRECEDENCE");
}

/* Only for TLS 1.2 and below, in their order, for the key that there is. */
static void test_ciphers_and_curves_are_those_that_were_chosen(void **state)
{
    static const char yaml[] = TLS "  cipher_suites:\n"
                                   "  - TLS_RSA_WITH_AES_128_CBC_SHA\n"
                                   "  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\n"
                                   "  curve_preferences: [CurveP384, X25519]\n"
                                   "  prefer_server_cipher_suites: false\n"
                                   "  min_version: TLS10\n" HTTP1;

    (void)state;
    check_priority(yaml, TLS_KEY_RSA, TLS_CLIENT_OF_12,
                   "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:-KX-ALL"
                   ":-CIPHER-ALL:-MAC-ALL:+RSA:+AES-128-CBC:+SHA1:-GROUP-ALL"
                   ":+GROUP-SECP384R1:+GROUP-X25519");
    check_priority(yaml, TLS_KEY_ECDSA, TLS_CLIENT_OF_12,
                   "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:-KX-ALL"
                   ":-CIPHER-ALL:-MAC-ALL:+ECDHE-ECDSA:+AES-128-GCM:+AEAD:-GROUP-ALL"
                   ":+GROUP-SECP384R1:+GROUP-X25519");
}

static void test_a_client_that_cannot_be_served_has_none(void **state)
{
    (void)state;
    check_priority(TLS "  max_version: TLS12\n", TLS_KEY_RSA, TLS_CLIENT_OF_13, "");
    check_priority(TLS "  min_version: TLS13\n", TLS_KEY_RSA, TLS_CLIENT_OF_12, "");
    check_priority(TLS "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n",
                   TLS_KEY_ECDSA, TLS_CLIENT_OF_12, "");
}

/* Then TLS 1.2 must not be agreed on either. */
static void test_without_an_older_cipher_only_tls_13_is_spoken(void **state)
{
    (void)state;
    check_priority(TLS "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n",
                   TLS_KEY_ECDSA, TLS_CLIENT_OF_13,
                   "NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:-CIPHER-ALL:-MAC-ALL"
                   ":+AES-128-GCM:+AEAD:+AES-256-GCM:+CHACHA20-POLY1305:+ECDHE-RSA"
                   ":+ECDHE-ECDSA:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1"
                   ":+GROUP-SECP384R1:+GROUP-SECP521R1:%SERVER_PRECEDENCE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_defaults_are_those_of_go),
        cmocka_unit_test(test_ciphers_and_curves_are_those_that_were_chosen),
        cmocka_unit_test(test_a_client_that_cannot_be_served_has_none),
        cmocka_unit_test(test_without_an_older_cipher_only_tls_13_is_spoken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
