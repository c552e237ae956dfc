/* web_mistakes_test.c - what is refused in a web configuration, word for word. */
#include "check.h"

#include "web/web_config.h"

#define TEXT_MAX ((size_t)64 * 1024)
#define HASH "$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze"
#define TLS "tls_server_config:\n  cert: c\n  key: k\n"

/* Each row: a file, and every line that it is answered with. */
static const struct {
    const char *yaml, *mistakes;
} refusals[] = {
    /* no YAML, or not of this shape */
    {"tls_server_config:\n  cert_file: a\n key_file: b\n",
     "web.yml: line 3, column 2: did not find expected key: allowed YAML\n"},
    {"tls_server_config:\n\tcert_file: a\n",
     "web.yml: line 2, column 1: found character that cannot start any token: "
     "allowed YAML\n"},
    {"a: [b\n",
     "web.yml: line 2, column 1: did not find expected ',' or ']': allowed YAML\n"},
    {"a: *b\n", "web.yml: line 1, column 4: found undefined alias: allowed YAML\n"},
    {"a: \xff\n",
     "web.yml: byte 3: invalid leading UTF-8 octet: allowed YAML in UTF-8\n"},
    {"junk\n", "web.yml: line 1: \"junk\": allowed keys with values, \"key: value\"\n"},
    {"- a\n", "web.yml: line 1: [...]: allowed keys with values, \"key: value\"\n"},
    {"---\n---\na: b\n", "web.yml: line 3: begins a second document: allowed one\n"},
    {"? [a]\n: b\n", "web.yml: line 1: holds a key that is no text\n"},

    /* keys */
    {"tls_server_config:\n  cert_filse: server.crt\n",
     "web.yml: line 2: tls_server_config: cert_filse: is no key: did you mean "
     "cert_file?\n"},
    {"tls_server_cfg: {}\n",
     "web.yml: line 1: tls_server_cfg: is no key: did you mean tls_server_config?\n"},
    {"# moved\ncert_file: x\n",
     "web.yml: line 2: cert_file: is no key here: did you mean cert_file in "
     "tls_server_config?\n"},
    {TLS "  basic_auth_users: {}\n",
     "web.yml: line 4: tls_server_config: basic_auth_users: is no key here: did you "
     "mean basic_auth_users at the top?\n"},
    {"rate_limit:\n  zzz: 1\n",
     "web.yml: line 2: rate_limit: zzz: is no key: allowed interval, burst\n"},
    {"<<: {}\n", "web.yml: line 1: <<: is no key: allowed tls_server_config, "
                 "http_server_config, basic_auth_users, rate_limit\n"},
    {"rate_limit: {burst: 1}\nrate_limit: {burst: 2}\n",
     "web.yml: line 2: rate_limit: stands there already: allowed once\n"},
    {"tls_server_config: [a]\n",
     "web.yml: line 1: tls_server_config [...]: allowed keys with values, \"key: "
     "value\"\n"},

    /* types and words */
    {TLS "  cert_file: [a]\n",
     "web.yml: line 4: tls_server_config: cert_file [...]: allowed a text\n"},
    {"tls_server_config:\n  cert: c\n  key: {secret: 1}\n",
     "web.yml: line 3: tls_server_config: key: allowed a text\n"},
    {TLS "  client_auth_type: Sometimes\n",
     "web.yml: line 4: tls_server_config: client_auth_type \"Sometimes\": allowed "
     "NoClientCert, RequestClientCert, RequireAnyClientCert, "
     "VerifyClientCertIfGiven, RequireAndVerifyClientCert, RequireClientCert\n"},
    {TLS "  min_version: TLS14\n",
     "web.yml: line 4: tls_server_config: min_version \"TLS14\": allowed TLS10, "
     "TLS11, TLS12, TLS13\n"},
    {TLS "  curve_preferences:\n    - X25519\n    - CurveP257\n",
     "web.yml: line 6: tls_server_config: curve_preferences \"CurveP257\": allowed "
     "X25519, CurveP256, CurveP384, CurveP521\n"},
    {TLS "  curve_preferences: X25519\n",
     "web.yml: line 4: tls_server_config: curve_preferences \"X25519\": allowed a "
     "list, \"- item\"\n"},
    {TLS "  prefer_server_cipher_suites: 'true'\n",
     "web.yml: line 4: tls_server_config: prefer_server_cipher_suites \"true\": "
     "allowed true or false\n"},
    {"http_server_config: {http2: 2}\n",
     "web.yml: line 1: http_server_config: http2 \"2\": allowed true or false\n"},
    {TLS "  client_auth_type: !!binary Tm8=\n",
     "web.yml: line 4: tls_server_config: client_auth_type \"Tm8=\": allowed "
     "NoClientCert, RequestClientCert, RequireAnyClientCert, "
     "VerifyClientCertIfGiven, RequireAndVerifyClientCert, RequireClientCert\n"},

    /* TLS */
    {"tls_server_config:\n  cert_file: a\n",
     "web.yml: line 1: tls_server_config: has neither key_file nor key: TLS needs "
     "one of them\n"},
    {"tls_server_config:\n  key_file: a\n",
     "web.yml: line 1: tls_server_config: has neither cert_file nor cert: TLS needs "
     "one of them\n"},
    {"tls_server_config:\n  min_version: TLS13\n",
     "web.yml: line 1: tls_server_config: has neither cert_file nor cert: TLS needs "
     "one of them\n"
     "web.yml: line 1: tls_server_config: has neither key_file nor key: TLS needs "
     "one of them\n"},
    {"tls_server_config:\n  cert_file: ''\n  key_file:\n",
     "web.yml: line 1: tls_server_config: has neither cert_file nor cert: TLS needs "
     "one of them\n"
     "web.yml: line 1: tls_server_config: has neither key_file nor key: TLS needs "
     "one of them\n"},
    {TLS "  cert_file: c\n",
     "web.yml: line 2: tls_server_config: cert: stands beside the key that names a "
     "file: allowed one of them\n"},
    {TLS "  client_ca_file: ca.pem\n",
     "web.yml: line 4: tls_server_config: client_ca_file: without a client_auth_type "
     "that asks for certificates: allowed RequireAndVerifyClientCert\n"},
    {TLS "  client_auth_type: NoClientCert\n  client_ca: x\n",
     "web.yml: line 5: tls_server_config: client_ca: without a client_auth_type that "
     "asks for certificates: allowed RequireAndVerifyClientCert\n"},
    {TLS "  client_allowed_sans: [a]\n",
     "web.yml: line 4: tls_server_config: client_allowed_sans: allowed with a "
     "client_auth_type of RequireAndVerifyClientCert or RequireAnyClientCert\n"},
    {TLS "  client_auth_type: VerifyClientCertIfGiven\n  client_allowed_sans: [a]\n",
     "web.yml: line 5: tls_server_config: client_allowed_sans: allowed with a "
     "client_auth_type of RequireAndVerifyClientCert or RequireAnyClientCert\n"},
    {TLS "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans: []\n",
     "web.yml: line 5: tls_server_config: client_allowed_sans: is empty: nobody "
     "could come in\n"},
    {TLS "  client_auth_type: RequireAnyClientCert\n  client_allowed_sans:\n"
         "    - # prometheus.example.org\n    - ''\n",
     "web.yml: line 5: tls_server_config: client_allowed_sans: is empty: nobody "
     "could come in\n"},
    {TLS "  max_version: TLS11\n",
     "web.yml: line 4: tls_server_config: max_version: leaves no version: allowed a "
     "min_version (TLS12 if not said) up to the max_version (TLS13 if not said)\n"},
    {TLS "  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n",
     "web.yml: line 4: tls_server_config: cipher_suites: has none of those that "
     "HTTP/2 requires: allowed with TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 or "
     "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, or with http_server_config: http2: "
     "false\n"},

    /* headers */
    {"http_server_config:\n  headers:\n    Server: x\n",
     "web.yml: line 3: http_server_config: headers: Server \"x\": is no header that "
     "can be set: allowed Content-Security-Policy, Strict-Transport-Security, "
     "X-Content-Type-Options, X-Frame-Options, X-XSS-Protection\n"},
    {"http_server_config:\n  headers: {X-Frame-Options: ALLOW}\n",
     "web.yml: line 2: http_server_config: headers: X-Frame-Options \"ALLOW\": "
     "allowed deny or sameorigin\n"},
    {"http_server_config:\n  headers: {X-Content-Type-Options: sniff}\n",
     "web.yml: line 2: http_server_config: headers: X-Content-Type-Options "
     "\"sniff\": allowed nosniff\n"},
    {"http_server_config:\n  headers: {X-XSS-Protection: \"1\\r\\nSet-Cookie: x\"}\n",
     "web.yml: line 2: http_server_config: headers: X-XSS-Protection "
     "\"1  Set-Cookie: x\": allowed one line without control characters\n"},

    /* users: never a hash */
    {"basic_auth_users:\n  alice: secret\n",
     "web.yml: line 2: basic_auth_users: alice: is followed by no bcrypt hash: "
     "allowed $2a$, $2b$ or $2y$, a cost of 04 to 31, $ and 53 characters, as "
     "htpasswd -nBC 10 makes it\n"},
    {"basic_auth_users:\n  a:b: " HASH "\n",
     "web.yml: line 2: basic_auth_users: a:b: is no user that HTTP can name: allowed "
     "without a colon\n"},
    {"basic_auth_users:\n  alice: " HASH "\n  alice: " HASH "\n",
     "web.yml: line 3: basic_auth_users: alice: stands there already: allowed "
     "once\n"},
    {"basic_auth_users: [alice]\n",
     "web.yml: line 1: basic_auth_users [...]: allowed keys with "
     "values, \"key: value\"\n"},

    /* rate */
    {"rate_limit:\n  interval: 5\n  burst: 1\n",
     "web.yml: line 2: rate_limit: interval \"5\": allowed a duration as 500ms, 1s, "
     "1m30s; 0 for no limit\n"},
    {"rate_limit:\n  interval: -1s\n  burst: 1\n",
     "web.yml: line 2: rate_limit: interval \"-1s\": allowed a duration as 500ms, "
     "1s, "
     "1m30s; 0 for no limit\n"},
    {"rate_limit:\n  interval: 1s\n",
     "web.yml: line 1: rate_limit: burst: is 0 or missing: every request would be "
     "refused; allowed 1 to 1000000\n"},
    {"rate_limit: {interval: 1s, burst: many}\n",
     "web.yml: line 1: rate_limit: burst \"many\": allowed a whole number from 0 to "
     "1000000\n"},

    /* all at once */
    {"tls_server_config:\n  min_version: 1.2\nrate_limit: {burst: -1}\nx: y\n",
     "web.yml: line 2: tls_server_config: min_version \"1.2\": allowed TLS10, TLS11, "
     "TLS12, TLS13\n"
     "web.yml: line 3: rate_limit: burst \"-1\": allowed a whole number from 0 to "
     "1000000\n"
     "web.yml: line 4: x: is no key: allowed tls_server_config, http_server_config, "
     "basic_auth_users, rate_limit\n"},
};

static void test_mistakes_name_line_key_value_and_what_is_allowed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct web_config config;
        struct buf mistakes = buf_new(TEXT_MAX);
        assert_int_equal(web_config_parse(STR_OF("web.yml"), str_from(refusals[i].yaml),
                                          &config, &mistakes),
                         ERR_USAGE);
        check_str(buf_str(&mistakes), refusals[i].mistakes);
        buf_free(&mistakes);
    }
}

static void test_an_unknown_cipher_is_told_with_all_that_are_known(void **state)
{
    struct web_config config;
    struct buf mistakes = buf_new(TEXT_MAX);

    (void)state;
    assert_int_equal(web_config_parse(STR_OF("web.yml"),
                                      STR_OF(TLS "  cipher_suites: [TLS_RSA_WITH_RC4_128_"
                                                 "SHA]\n"),
                                      &config, &mistakes),
                     ERR_USAGE);
    assert_true(str_starts_with(
        buf_str(&mistakes),
        STR_OF("web.yml: line 4: tls_server_config: cipher_suites "
               "\"TLS_RSA_WITH_RC4_128_SHA\": allowed TLS_AES_128_GCM_SHA256, ")));
    assert_true(
        str_ends_with(buf_str(&mistakes), STR_OF(", TLS_RSA_WITH_AES_256_CBC_SHA\n")));
    buf_free(&mistakes);
}

/* A list, or a file, that has no end. */
static void test_what_is_too_much_is_refused(void **state)
{
    struct web_config config;
    struct buf mistakes = buf_new(TEXT_MAX);
    struct buf yaml = buf_new(WEB_CONFIG_BYTES_MAX);

    (void)state;
    buf_add_text(&yaml, "basic_auth_users:\n");
    for (int i = 0; i <= WEB_CONFIG_ITEMS_MAX; i++)
        buf_printf(&yaml, "  user%d: " HASH "\n", i);
    assert_int_equal(
        web_config_parse(STR_OF("web.yml"), buf_str(&yaml), &config, &mistakes),
        ERR_USAGE);
    check_str(buf_str(&mistakes), "web.yml: line 1: basic_auth_users: "
                                  "has 1025 items: allowed 1024\n");
    buf_free(&yaml);
    buf_free(&mistakes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes_name_line_key_value_and_what_is_allowed),
        cmocka_unit_test(test_an_unknown_cipher_is_told_with_all_that_are_known),
        cmocka_unit_test(test_what_is_too_much_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
