/* web_settings_test.c - the files that a web configuration names. */
#include "web_files.h"

#include "web/watched_files.h"
#include "web/web_settings.h"

#define MISTAKES_MAX ((size_t)64 * 1024)

static struct watched_files files;

/* NULL and its mistakes, or the settings and their warnings, in *out_lines. */
static struct web_settings *load(const char *yaml, struct buf *out_lines)
{
    struct web_settings *settings = NULL;
    struct buf mistakes = buf_new(MISTAKES_MAX);

    write_web_file("web.yml", yaml);
    *out_lines = buf_new(MISTAKES_MAX);
    if (web_settings_load(str_from(web_path("web.yml")), &settings, &files, &mistakes))
        buf_add(out_lines, buf_str(&mistakes));
    else
        buf_add(out_lines, buf_str(&settings->warnings));
    buf_free(&mistakes);
    return settings;
}

/* Each line of lines, without the folder. */
static void check_lines(struct str lines, const char *expected)
{
    struct buf without = buf_new(MISTAKES_MAX);
    struct str folder = str_from(web_folder);

    while (lines.n) {
        if (str_starts_with(lines, folder))
            lines = str_skip(lines, folder.n + 1);
        buf_add_char(&without, lines.p[0]);
        lines = str_skip(lines, 1);
    }
    check_str(buf_str(&without), expected);
    buf_free(&without);
}

static const struct {
    const char *yaml, *mistakes;
} refusals[] = {
    {"tls_server_config:\n  cert_file: none.crt\n  key_file: none.key\n",
     "web.yml: line 2: tls_server_config: cert_file: none.crt: No such file or "
     "directory\n"
     "web.yml: line 3: tls_server_config: key_file: none.key: No such file or "
     "directory\n"},
    {"tls_server_config:\n  cert_file: pipe\n  key_file: server.key\n",
     "web.yml: line 2: tls_server_config: cert_file: pipe: is a pipe: allowed a file, it "
     "is read again when it changes\n"},
    {"tls_server_config:\n  cert_file: junk.pem\n  key_file: server.key\n",
     "web.yml: line 2: tls_server_config: cert_file junk.pem: holds no certificate in "
     "PEM (No certificate was found.)\n"},
    {"tls_server_config:\n  cert_file: server.crt\n  key_file: junk.pem\n",
     "web.yml: line 3: tls_server_config: key_file junk.pem: holds no private key in PEM "
     "(The requested data were not available.)\n"},
    {"tls_server_config:\n  cert_file: server.crt\n  key_file: other.key\n",
     "web.yml: line 3: tls_server_config: key_file other.key: is not the key of the "
     "certificate\n"},
    {"tls_server_config:\n  cert: junk\n  key_file: server.key\n",
     "web.yml: line 2: tls_server_config: cert: holds no certificate in PEM (No "
     "certificate was found.)\n"},
    {TLS_LINES "  client_auth_type: RequireAndVerifyClientCert\n"
               "  client_ca_file: junk.pem\n",
     "web.yml: line 5: tls_server_config: client_ca_file junk.pem: holds no certificate "
     "in PEM\n"},
    {TLS_LINES "  max_version: TLS12\n"
               "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n",
     "web.yml: line 5: tls_server_config: cipher_suites: holds none for the "
     "certificate's key: allowed those with ECDSA\n"},
};

static void test_files_that_cannot_be_used_are_refused(void **state)
{
    (void)state;
    write_new_certificate("server", 10);
    write_new_certificate("other", 10);
    write_web_file("junk.pem", "junk\n");
    assert_int_equal(mkfifo(web_path("pipe"), 0600), 0);
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct buf lines;
        assert_null(load(refusals[i].yaml, &lines));
        check_lines(buf_str(&lines), refusals[i].mistakes);
        buf_free(&lines);
    }
}

static void test_an_expired_certificate_is_refused(void **state)
{
    struct buf lines;

    (void)state;
    write_new_certificate("server", 0); /* at this very second */
    write_new_certificate("expired", -1);
    assert_null(load("tls_server_config:\n  cert_file: expired.crt\n"
                     "  key_file: expired.key\n",
                     &lines));
    assert_true(str_contains(
        buf_str(&lines),
        STR_OF("line 2: tls_server_config: cert_file expired.crt: expired at 20")));
    assert_true(str_ends_with(buf_str(&lines), STR_OF(": allowed one that is valid\n")));
    buf_free(&lines);
}

static void test_all_files_are_watched_also_those_that_are_not_there(void **state)
{
    struct buf lines;

    (void)state;
    write_new_certificate("server", 10);
    assert_null(load(TLS_LINES "  client_auth_type: RequireAndVerifyClientCert\n"
                               "  client_ca_file: ca.crt\n",
                     &lines));
    assert_int_equal(files.count, 4);
    assert_false(watched_files_changed(&files));
    write_new_certificate("ca", 10);
    assert_true(watched_files_changed(&files));
    buf_free(&lines);
}

static const struct {
    const char *yaml, *warnings;
} cautions[] = {
    {"", ""},
    {TLS_LINES, ""},
    {TLS_LINES "basic_auth_users: {a: " SECRET "}\n", ""},
    {"basic_auth_users: {a: " SECRET "}\n",
     "web.yml: basic_auth_users without tls_server_config: passwords go over the network "
     "unencrypted\n"},
    {TLS_LINES "basic_auth_users:\n"
               "  bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.\n",
     "web.yml: line 5: basic_auth_users: bob: a hash of cost 18 keeps this host busy for "
     "seconds at each new password: 10 to 12 will do\n"},
    {"tls_server_config:\n  cert_file: server.crt\n  key_file: other.key\n", NULL},
};

static void test_what_works_but_should_not_be_so_is_warned_of(void **state)
{
    (void)state;
    write_new_certificate("server", 10);
    write_new_certificate("other", 10);
    for (size_t i = 0; i < COUNT(cautions); i++) {
        struct buf lines;
        struct web_settings *settings = load(cautions[i].yaml, &lines);
        assert_int_equal(settings != NULL, cautions[i].warnings != NULL);
        if (settings)
            check_lines(buf_str(&lines), cautions[i].warnings);
        web_settings_release(settings);
        buf_free(&lines);
    }
}

static void test_secrets_that_all_may_read_are_warned_of(void **state)
{
    struct buf lines;

    (void)state;
    write_new_certificate("server", 10);
    write_web_file("web.yml", "");
    assert_int_equal(chmod(web_path("server.key"), 0644), 0);
    assert_int_equal(chmod(web_path("web.yml"), 0604), 0);
    struct web_settings *settings =
        load(TLS_LINES "basic_auth_users: {a: " SECRET "}\n", &lines);
    assert_non_null(settings);
    check_lines(buf_str(&lines),
                "web.yml: everybody on this host may read its secrets: chmod o-r\n"
                "web.yml: line 3: tls_server_config: key_file server.key: everybody on "
                "this host may read the private key: chmod o-r\n");
    web_settings_release(settings);
    buf_free(&lines);
}

#define WITH_FOLDER(test)                                                                \
    cmocka_unit_test_setup_teardown(test, open_web_folder, close_web_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_files_that_cannot_be_used_are_refused),
        WITH_FOLDER(test_an_expired_certificate_is_refused),
        WITH_FOLDER(test_all_files_are_watched_also_those_that_are_not_there),
        WITH_FOLDER(test_what_works_but_should_not_be_so_is_warned_of),
        WITH_FOLDER(test_secrets_that_all_may_read_are_warned_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
