/* mqtt_access_test.c - which broker the flags name, and what is wrong with them. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "source/mqtt_access.h"

#define ACCESS_BYTES ((size_t)16 * 1024)

#define VRM_USER                                                                         \
    {                                                                                    \
        .username = STR("a@b.c"), .password_file = STR("/dev/null")                      \
    }

static enum err load(const struct source_options *options, struct arena *arena,
                     struct mqtt_access *access, struct error *error)
{
    *arena = arena_new(ACCESS_BYTES);
    return mqtt_access_load(options, arena, access, error);
}

static void a_url_names_a_broker(void **state)
{
    static const struct {
        struct str url;
        const char *host;
        uint16_t port;
        bool uses_tls;
    } cases[] = {
        {STR("mqtt://venus.local"), "venus.local", 1883, false},
        {STR("mqtt://10.0.0.5:1884/"), "10.0.0.5", 1884, false},
        {STR("mqtts://[fe80::1]"), "fe80::1", 8883, true},
        {STR("mqtts://h:1"), "h", 1, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct source_options options = {.url = cases[i].url,
                                         .mqtt_portal_id = STR("abc")};
        struct mqtt_access access;
        struct arena arena;
        struct error error;
        assert_int_equal(load(&options, &arena, &access, &error), ERR_OK);
        check_str(access.host, cases[i].host);
        check_str(access.portal, "abc");
        check_str(str_from(access.password_prefix), "");
        assert_int_equal(access.port, cases[i].port);
        assert_int_equal(access.uses_tls, cases[i].uses_tls);
        arena_free(&arena);
    }
}

/* A file with that content; the caller unlinks it. */
static struct str file_of(const char *content, char name[static 32])
{
    (void)snprintf(name, 32, "/tmp/mqtt_access_XXXXXX");
    int file = mkstemp(name);

    assert_true(file >= 0);
    assert_true(write(file, content, str_from(content).n) >= 0);
    (void)close(file);
    return str_from(name);
}

static void vrm_computes_its_broker(void **state)
{
    char name[32];
    struct source_options options = {
        .url = STR("vrm://C0619AB0E550"),
        .mqtt = {.username = STR("a@b.c"), .password_file = file_of("t\n", name)}};
    struct mqtt_access access;
    struct arena arena;
    struct error error;

    (void)state;
    assert_int_equal(load(&options, &arena, &access, &error), ERR_OK);
    (void)unlink(name);
    check_str(access.host, "mqtt37.victronenergy.com");
    check_str(access.portal, "c0619ab0e550");
    check_str(str_from(access.password_prefix), "Token ");
    assert_int_equal(access.port, 8883);
    assert_true(access.uses_tls);
    arena_free(&arena);
}

static void mistakes_are_said_with_their_flag(void **state)
{
    static const struct {
        struct source_options options;
        const char *part;
    } cases[] = {
        {{.url = STR("mqtt://")}, "--station.url: \"\""},
        {{.url = STR("mqtt://h/x")}, "--station.url: path \"/x\""},
        {{.url = STR("vrm://a/b"), .mqtt = VRM_USER}, "--station.url: "},
        {{.url = STR("vrm://ab:1"), .mqtt = VRM_USER}, "--station.url: "},
        {{.url = STR("vrm://ab")}, "--mqtt.username: vrm:"},
        {{.url = STR("vrm://ab"), .mqtt = {.username = STR("a")}},
         "--mqtt.password-file: vrm:"},
        {{.url = STR("mqtt://h"), .mqtt = {.password_file = STR("/dev/null")}},
         "--mqtt.username: needed"},
        {{.url = STR("mqtt://h"), .mqtt = VRM_USER}, "--mqtt.password-file: /dev/null"},
        {{.url = STR("mqtts://h"), .mqtt = {.ca_file = STR("/nowhere")}},
         "--mqtt.ca-file: /nowhere: No such file"},
        {{.url = STR("mqtts://h"), .mqtt = {.ca_file = STR("/dev/null")}},
         "--mqtt.ca-file: /dev/null: holds no certificate"},
        {{.url = STR("mqtt://h"), .mqtt_portal_id = STR("a/#")}, "--mqtt.portal-id=a/#"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mqtt_access access;
        struct arena arena;
        struct error error;
        assert_int_equal(load(&cases[i].options, &arena, &access, &error), ERR_USAGE);
        if (!str_contains(str_from(error.text), str_from(cases[i].part)))
            fail_msg("got \"%s\", want \"%s\" in it", error.text, cases[i].part);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_names_a_broker),
        cmocka_unit_test(vrm_computes_its_broker),
        cmocka_unit_test(mistakes_are_said_with_their_flag),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
