/* config_mistakes_test.c - what config_load refuses and warns of, word for word. */
#include "config_input.h"

#include <stdio.h>

/* Each row: what is said, and every line that it is answered with. */
static const struct {
    struct input input;
    const char *mistakes;
} refusals[] = {
    {{{NULL}, {0}},
     "--station.url: is required: allowed e.g. http://venus.local:8088, "
     "mqtts://venus.local, vrm://PORTAL_ID\n"},
    {{{URL, "--scrape.timeout=10x"}, {0}},
     "--scrape.timeout=10x: is no duration: allowed e.g. 500ms, 10s, 1m30s\n"},
    {{{URL}, {"VICTRON_EXPORTER_SCRAPE_TIMEOUT=10x"}},
     "VICTRON_EXPORTER_SCRAPE_TIMEOUT=10x (--scrape.timeout): is no duration: "
     "allowed e.g. 500ms, 10s, 1m30s\n"},
    {{{URL, "--scrape.timeout=99ms"}, {0}},
     "--scrape.timeout=99ms: is out of range: allowed 100ms to 10m\n"},
    {{{URL, "--web.max-requests=-1"}, {0}},
     "--web.max-requests=-1: allowed a whole number from 0 to 10000\n"},
    {{{URL, "--log.level=loud"}, {0}},
     "--log.level=loud: allowed debug, info, warn, error\n"},
    {{{URL, "--web.enable-lifecycle=maybe"}, {0}},
     "--web.enable-lifecycle=maybe: allowed true or false\n"},
    {{{URL, "--scrape.timout=1s"}, {0}},
     "--scrape.timout: is no flag: did you mean --scrape.timeout?\n"},
    {{{URL, "-site=x"}, {0}}, "-site: is no flag: did you mean --site?\n"},
    {{{URL, "now"}, {0}},
     "now: is no flag: allowed are those of --help, as --flag=value\n"},
    {{{URL, ""}, {0}}, ": is no flag: allowed are those of --help, as --flag=value\n"},
    /* a value behind a blank is one mistake, not two */
    {{{URL, "--site", "boat", "--log.level=loud"}, {0}},
     "--site: needs a value: --site=NAME\n"
     "--log.level=loud: allowed debug, info, warn, error\n"},
    {{{URL, "--site="}, {0}}, "--site: needs a value: --site=NAME\n"},
    {{{URL, "--site=a", "--site=b"}, {0}}, "--site=b: is given twice: allowed once\n"},
    {{{URL, "--site=\xff"}, {0}},
     "--site=\xff: is no name: allowed 1 to 256 bytes of UTF-8 text\n"},
    {{{URL, "--device.include=battery", "--device.exclude=tank"}, {0}},
     "--device.include with --device.exclude: allowed only one of them\n"},
    {{{URL, "--device.include=battery,,tank"}, {0}},
     "--device.include=battery,,tank: holds an empty item: allowed are items of at "
     "least one character\n"},
    {{{URL, "--device.include=Battery"}, {0}},
     "--device.include=Battery: \"Battery\" is no device type: allowed e.g. "
     "battery,vebus\n"},
    {{{URL, "--once", "--map.check"}, {0}},
     "--once with --map.check: allowed one of them at a time\n"},
    {{{URL, "--web.systemd-socket", "--web.listen-address=:1"}, {0}},
     "--web.systemd-socket with --web.listen-address: allowed only one of them\n"},
    {{{URL, "--http.password-file=/p"}, {0}},
     "--http.password-file without --http.username: allowed only with it\n"},
    {{{URL, "--mqtt.username=me"}, {0}},
     "--mqtt.username with --station.url=http://10.0.0.5: allowed with mqtt, mqtts "
     "and vrm\n"},
    {{{"--station.url=mqtt://a", "--http.ca-file=/c"}, {0}},
     "--http.ca-file with --station.url=mqtt://a: allowed with http and https\n"},
    {{{"--station.url=vrm://c0619ab4e53f", "--mqtt.portal-id=b827eb000000"}, {0}},
     "--mqtt.portal-id=b827eb000000 with --station.url=vrm://c0619ab4e53f: allowed "
     "only the portal id of the URL\n"},
    {{{"--station.url=mqtt://a", "--mqtt.portal-id=+/#"}, {0}},
     "--mqtt.portal-id=+/#: is no portal id: allowed letters and digits as VRM shows "
     "them, e.g. c0619ab1c2d3\n"},
    /* every mistake is told, a second time over the environment too */
    {{{"--log.level=a", "--log.format=b"}, {"VICTRON_EXPORTER_MAP_LEVEL=c"}},
     "--log.level=a: allowed debug, info, warn, error\n"
     "--log.format=b: allowed logfmt, json\n"
     "VICTRON_EXPORTER_MAP_LEVEL=c (--map.level): allowed core, standard, full\n"
     "--station.url: is required: allowed e.g. http://venus.local:8088, "
     "mqtts://venus.local, vrm://PORTAL_ID\n"},
    /* a line end in a value stays in its line */
    {{{URL, "--log.level=a\nb\x1b[2J"}, {0}},
     "--log.level=a b [2J: allowed debug, info, warn, error\n"},
};

static void mistakes_name_flag_value_and_what_is_allowed(void **state)
{
    struct config untouched = {.scrape_timeout_ms = 42};
    (void)state;

    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct buf mistakes = buf_new(TEXT_MAX);
        assert_int_equal(load(&refusals[i].input, &untouched, &mistakes), ERR_USAGE);
        check_str(buf_str(&mistakes), refusals[i].mistakes);
        buf_free(&mistakes);
    }
    assert_int_equal(untouched.scrape_timeout_ms, 42);
    assert_int_equal(untouched.site.n, 0);
}

static void check_one_mistake(const char *argument, const char *part)
{
    const struct input input = {.argv = {URL, argument}};
    struct config config;
    struct buf mistakes = buf_new(TEXT_MAX);

    assert_int_equal(load(&input, &config, &mistakes), ERR_USAGE);
    struct str rest = buf_str(&mistakes);
    struct str line = str_cut(&rest, '\n');
    if (!str_contains(line, str_from(part)) || rest.n)
        fail_msg("%s: got \"%.*s\"", argument, STR_ARG(buf_str(&mistakes)));
    buf_free(&mistakes);
}

static void addresses_and_paths_that_cannot_be_are_refused(void **state)
{
    static const char *const addresses[] = {"10088",  "localhost", ":",      ":65536",
                                            "::1:80", "[::1]",     "[]:80",  "a b:80",
                                            ":80x",   ":-1",       "[x]:80", "a:80:81"};
    static const char *const paths[] = {
        "metrics",       "/",    "/-/healthy", "/-/ready", "/-/reload",
        "/debug/scrape", "/a?b", "/a b",       "/a#b",     "/a%20b"};
    char argument[512];
    (void)state;

    for (size_t i = 0; i < COUNT(addresses); i++) {
        (void)snprintf(argument, sizeof argument, "--web.listen-address=%s",
                       addresses[i]);
        check_one_mistake(argument, "is no address to listen at: allowed e.g. :10088");
    }
    for (size_t i = 0; i < COUNT(paths); i++) {
        (void)snprintf(argument, sizeof argument, "--web.telemetry-path=%s", paths[i]);
        check_one_mistake(argument, "is no path for the metrics: allowed");
    }
    (void)snprintf(argument, sizeof argument, "--web.telemetry-path=/%0256d", 0);
    check_one_mistake(argument, "at most 256 bytes");
}

static void station_urls_that_cannot_be_are_refused(void **state)
{
    static const struct {
        const char *url, *part;
    } cases[] = {
        {"venus.local", "is no URL of the form scheme://host[:port], e.g. http://"},
        {"localhost:8088", "is no URL of the form scheme://host[:port]"},
        {"ftp://gx", "allowed http, https, mqtt, mqtts, vrm"},
        {"http://gx:0", "allowed 1 to 65535"},
        {"http://gx?a=b", "is no host name"},
        {"mqtt://gx/prefix", "has a path: allowed only with http and https"},
        {"vrm://venus.local", "is no portal id"},
        {"vrm://C0619AB4E53F", "is no portal id"},
        {"vrm://c0619ab4e53", "is no portal id"},
        {"vrm://c0619ab4e53f:8883", "is no portal id"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        char argument[128];
        struct config config;
        struct buf mistakes = buf_new(TEXT_MAX);
        (void)snprintf(argument, sizeof argument, "--station.url=%s", cases[i].url);
        const struct input input = {.argv = {argument}};
        assert_int_equal(load(&input, &config, &mistakes), ERR_USAGE);
        if (!str_contains(buf_str(&mistakes), str_from(cases[i].part)))
            fail_msg("%s: got \"%.*s\"", argument, STR_ARG(buf_str(&mistakes)));
        buf_free(&mistakes);
    }
}

static void a_password_in_a_url_is_refused_and_not_repeated(void **state)
{
    static const struct input inputs[] = {
        {.argv = {"--station.url=http://admin:sesame@gx"}},
        {.argv = {"--station.url=mqtt:admin:sesame@gx"}},
        {.argv = {"--station.url=mqtt://a@b:sesame@gx"}},
        {.environment = {"VICTRON_EXPORTER_STATION_URL=mqtts://u:sesame@gx"}},
        {.argv = {URL, "--mqtt.password=sesame"}},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(inputs); i++) {
        struct config config;
        struct buf mistakes = buf_new(TEXT_MAX);
        assert_int_equal(load(&inputs[i], &config, &mistakes), ERR_USAGE);
        assert_false(str_contains(buf_str(&mistakes), STR_OF("sesame")));
        assert_true(str_contains(buf_str(&mistakes), STR_OF("--")));
        buf_free(&mistakes);
    }
}

/* Each row: what is said, how many warnings that is worth, and a part of the first. */
static const struct {
    struct input input;
    size_t count;
    const char *part;
} warnings[] = {
    {{{"--station.url=http://gx.lan"}, {0}}, 0, ""},
    {{{"--station.url=http://127.0.0.1:8088"}, {0}}, 1, "give --site=NAME"},
    {{{"--station.url=http://[::1]"}, {0}}, 1, "give --site=NAME"},
    {{{"--station.url=mqtt://LocalHost"}, {0}}, 1, "give --site=NAME"},
    {{{"--station.url=http://venus.local"}, {0}}, 1, "\"venus.local\""},
    {{{"--station.url=http://venus.local", "--site=boat"}, {0}}, 0, ""},
    {{{"--station.url=http://gx", "--http.username=a", "--http.password-file=/p"}, {0}},
     1,
     "--http.password-file goes over the network unencrypted"},
    {{{"--station.url=mqtt://gx", "--mqtt.username=a", "--mqtt.password-file=/p"}, {0}},
     1,
     "--mqtt.password-file goes over the network unencrypted"},
    {{{"--station.url=https://gx", "--http.username=a", "--http.password-file=/p"}, {0}},
     0,
     ""},
    {{{"--station.url=https://gx", "--http.username=a", "--http.password-file=/p",
       "--http.insecure-skip-verify"},
      {0}},
     1,
     "goes to whoever answers"},
    {{{"--station.url=https://gx", "--http.insecure-skip-verify"}, {0}}, 0, ""},
    {{{"--station.url=vrm://c0619ab4e53f", "--mqtt.username=a",
       "--mqtt.password-file=/p"},
      {0}},
     1,
     "/etc/ssl/certs/ccgx-ca.pem"},
    {{{"--station.url=vrm://c0619ab4e53f", "--mqtt.username=a", "--mqtt.password-file=/p",
       "--mqtt.ca-file=/c"},
      {0}},
     0,
     ""},
    {{{"--station.url=vrm://c0619ab4e53f", "--mqtt.ca-file=/c"}, {0}}, 1, "access token"},
    {{{"--station.url=mqtts://gx", "--mqtt.skip-hostname-check"}, {0}},
     1,
     "--mqtt.skip-hostname-check without --mqtt.ca-file"},
    {{{"--station.url=http://gx"},
      {"VICTRON_EXPORTER_MQTT_USERNAME=a", "VICTRON_EXPORTER_MQTT_PASSWORD_FILE=/p"}},
     2,
     "VICTRON_EXPORTER_MQTT_USERNAME is ignored with --station.url=http://gx"},
    {{{"--map.check"}, {0}}, 0, ""},
};

static void what_is_hardly_meant_is_warned_of(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(warnings); i++) {
        struct config config;
        load_well(&warnings[i].input, &config);
        assert_int_equal(config.warnings.count, warnings[i].count);
        if (config.warnings.count &&
            !str_contains(config.warnings.items[0], str_from(warnings[i].part)))
            fail_msg("got \"%.*s\"", STR_ARG(config.warnings.items[0]));
        config_free(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_name_flag_value_and_what_is_allowed),
        cmocka_unit_test(addresses_and_paths_that_cannot_be_are_refused),
        cmocka_unit_test(station_urls_that_cannot_be_are_refused),
        cmocka_unit_test(a_password_in_a_url_is_refused_and_not_repeated),
        cmocka_unit_test(what_is_hardly_meant_is_warned_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
