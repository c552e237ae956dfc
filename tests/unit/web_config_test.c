/* web_config_test.c - what a web configuration says. */
#include "check.h"

#include "web/web_config.h"

static struct web_config config;

static void parse(const char *yaml)
{
    struct buf mistakes = buf_new(10000);

    if (web_config_parse(STR_OF("web.yml"), str_from(yaml), &config, &mistakes))
        fail_msg("%.*s", STR_ARG(buf_str(&mistakes)));
    assert_int_equal(mistakes.n, 0);
    buf_free(&mistakes);
}

static void test_an_empty_file_asks_for_nothing(void **state)
{
    static const char *const files[] = {
        "",
        "# only a comment\n",
        "---\n",
        "{}",
        "tls_server_config:\nbasic_auth_users:\nrate_limit:\nhttp_server_config:\n",
        "tls_server_config: {}\nbasic_auth_users: {}\n",
        "http_server_config:\n  headers:\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        parse(files[i]);
        assert_int_equal(config.tls.line, 0);
        assert_int_equal(config.user_count, 0);
        assert_int_equal(config.header_count, 0);
        assert_int_equal(config.rate.interval_ns, 0);
        assert_true(config.has_http2);
        web_config_free(&config);
    }
}

static const char every_key[] =
    "tls_server_config:\n"
    "  cert_file: server.crt\n"
    "  key: |\n"
    "    one\n"
    "    two\n"
    "  client_ca_file: \"/ca.pem\"\n"
    "  client_auth_type: RequireAndVerifyClientCert\n"
    "  client_allowed_sans:\n"
    "    - prometheus.example.org\n"
    "    - 'spiffe://house/prometheus'\n"
    "    - 10.0.0.1\n"
    "  min_version: TLS10\n"
    "  max_version: TLS12\n"
    "  cipher_suites:\n"
    "    - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\n"
    "    - TLS_RSA_WITH_AES_128_CBC_SHA\n"
    "    - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\n"
    "  prefer_server_cipher_suites: false\n"
    "  curve_preferences: [CurveP521, X25519]\n"
    "http_server_config:\n"
    "  http2: no\n"
    "  headers:\n"
    "    X-Frame-Options: deny\n"
    "    X-XSS-Protection: 1\n"
    "    Content-Security-Policy: ''\n"
    "    Strict-Transport-Security: max-age=31536000; includeSubDomains\n"
    "basic_auth_users:\n"
    "  alice: $2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze\n"
    "  12: '$2b$31$hLqFl9jSjoAAy95Z/zw8Ye8wkdMBM8c5Bn1ptYqP/AXyV0.oy0S8m'\n"
    "rate_limit:\n"
    "  interval: \"1.5s\"\n"
    "  burst: 20\n";

static void test_every_key_gets_to_its_field(void **state)
{
    (void)state;
    parse(every_key);
    const struct web_tls *tls = &config.tls;
    assert_int_equal(tls->line, 1);
    check_str(tls->cert_file.text, "server.crt");
    assert_int_equal(tls->cert_file.line, 2);
    assert_int_equal(tls->cert.line, 0);
    check_str(tls->key.text, "one\ntwo\n");
    check_str(tls->client_ca_file.text, "/ca.pem");
    assert_int_equal(tls->client_auth.number, TLS_CLIENT_VERIFIED);
    assert_int_equal(tls->client_allowed_sans.count, 3);
    check_str(tls->client_allowed_sans.items[2].text, "10.0.0.1");
    assert_int_equal(tls->client_allowed_sans.items[2].line, 11);
    assert_int_equal(tls->min_version.number, TLS_VERSION_10);
    assert_int_equal(tls->max_version.number, TLS_VERSION_12);
    assert_int_equal(tls->ciphers.count, 2);
    assert_string_equal(tls_cipher_at(tls->ciphers.items[1])->name,
                        "TLS_RSA_WITH_AES_128_CBC_SHA");
    assert_false(tls->prefers_server_ciphers);
    assert_int_equal(tls->curves.count, 2);
    assert_string_equal(tls_curve_word(tls->curves.items[0]), "CurveP521");
    assert_false(config.has_http2);
    assert_int_equal(config.header_count, 3);
    check_str(config.headers[1].name, "X-XSS-Protection");
    check_str(config.headers[1].value, "1");
    assert_int_equal(config.user_count, 2);
    assert_non_null(web_config_user(&config, STR_OF("12")));
    assert_null(web_config_user(&config, STR_OF("Alice")));
    assert_int_equal(config.rate.interval_ns, 1500000000);
    assert_int_equal(config.rate.burst, 20);
    web_config_free(&config);
}

static void test_what_is_not_said_is_the_default(void **state)
{
    (void)state;
    parse("tls_server_config: {cert: c, key_file: k}\nrate_limit: {burst: 3}\n");
    assert_int_equal(config.tls.client_auth.number, TLS_CLIENT_NONE);
    assert_int_equal(config.tls.min_version.number, TLS_VERSION_12);
    assert_int_equal(config.tls.max_version.number, TLS_VERSION_13);
    assert_true(config.tls.prefers_server_ciphers);
    assert_int_equal(config.tls.ciphers.count, 0);
    assert_int_equal(config.tls.curves.count, 0);
    assert_int_equal(config.rate.interval_ns, 0);
    web_config_free(&config);
}

static void test_the_old_name_of_a_client_policy_is_known(void **state)
{
    (void)state;
    parse("tls_server_config: {cert: c, key: k, client_auth_type: RequireClientCert, "
          "client_allowed_sans: [a]}\n");
    assert_int_equal(config.tls.client_auth.number, TLS_CLIENT_ANY);
    web_config_free(&config);
}

/* As a line leaves it of which the name was made a comment. */
static void test_an_empty_name_names_nobody(void **state)
{
    (void)state;
    parse("tls_server_config: {cert: c, key: k, client_auth_type: RequireAnyClientCert, "
          "client_allowed_sans: ['', ~, a, \"\"]}\n");
    assert_int_equal(config.tls.client_allowed_sans.count, 1);
    check_str(config.tls.client_allowed_sans.items[0].text, "a");
    web_config_free(&config);
}

/* Files that the toolkit's documentation and tests hold to be good. */
static void test_files_of_other_exporters_are_taken(void **state)
{
    static const char *const files[] = {
        "tls_server_config :\n  cert_file : \"server.crt\"\n  key_file : \"server.key\"\n"
        "  client_auth_type : \"VerifyClientCertIfGiven\"\n  cipher_suites:\n"
        "  - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\n"
        "  - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n"
        "  prefer_server_cipher_suites: false\n  min_version: TLS12\n"
        "  max_version: TLS12\n",
        "tls_server_config:\n  cert_file: \"server.crt\"\n  key_file: \"server.key\"\n"
        "  client_auth_type: \"VerifyClientCertIfGiven\"\n  cipher_suites:\n"
        "  - TLS_RSA_WITH_AES_128_CBC_SHA\n  max_version: TLS12\n"
        "http_server_config:\n  http2: false\n",
        "tls_server_config:\n  cert_file: \"server.crt\"\n  key_file: \"server.key\"\n"
        "  min_version: TLS13\n  curve_preferences:\n  - CurveP521\n",
        "rate_limit:\n  interval: 0\n  burst: 0\n",
        "rate_limit:\n  interval: 1h\n  burst: 1\n",
        "basic_auth_users:\n"
        "  bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        parse(files[i]);
        web_config_free(&config);
    }
}

static void test_an_anchor_stands_for_what_it_names(void **state)
{
    (void)state;
    parse("basic_auth_users:\n"
          "  a: &h $2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze\n"
          "  b: *h\n");
    assert_int_equal(config.user_count, 2);
    check_str(config.users[1].hash,
              "$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze");
    web_config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_file_asks_for_nothing),
        cmocka_unit_test(test_every_key_gets_to_its_field),
        cmocka_unit_test(test_what_is_not_said_is_the_default),
        cmocka_unit_test(test_the_old_name_of_a_client_policy_is_known),
        cmocka_unit_test(test_an_empty_name_names_nobody),
        cmocka_unit_test(test_files_of_other_exporters_are_taken),
        cmocka_unit_test(test_an_anchor_stands_for_what_it_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
