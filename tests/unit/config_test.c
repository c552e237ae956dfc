/* config_test.c - argv and environment in, a configuration out. */
#include "config_input.h"

#include <string.h>

#include "config/options.h"

/* The items with a bar behind each. */
static void print_list(const struct str_list *list, struct buf *out)
{
    for (size_t i = 0; i < list->count; i++) {
        buf_add(out, list->items[i]);
        buf_add_char(out, '|');
    }
}

/* The field of an option as text: durations in ms, choices by number. */
static void print_field(const struct config *config, const struct option *option,
                        struct buf *out)
{
    const void *field = (const char *)config + option->offset;

    switch (option->kind) {
    case OPTION_TEXT:
    case OPTION_ACTION_TEXT:
        buf_add(out, *(const struct str *)field);
        break;
    case OPTION_LIST:
    case OPTION_COMMA_LIST:
        print_list(field, out);
        break;
    case OPTION_DURATION:
        buf_printf(out, "%lld", (long long)*(const int64_t *)field);
        break;
    case OPTION_INTEGER:
        buf_printf(out, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case OPTION_FLAG:
        buf_add_text(out, *(const bool *)field ? "true" : "false");
        break;
    case OPTION_CHOICE:
        buf_printf(out, "%u", *(const unsigned *)field);
        break;
    case OPTION_ACTION:
    case OPTION_KIND_END:
        fail();
    }
}

static void check_field(const struct config *config, const char *name,
                        const char *expected)
{
    struct buf text = buf_new(TEXT_MAX);

    print_field(config, option_find(str_from(name)), &text);
    check_str(buf_str(&text), expected);
    buf_free(&text);
}

static void what_nobody_says_has_its_default(void **state)
{
    static const struct {
        const char *name, *expected;
    } cases[] = {
        {"site", "10.0.0.5"},
        {"site.file", ""},
        {"device.include", ""},
        {"device.exclude", ""},
        {"map.level", "1"},
        {"map.file", ""},
        {"scrape.timeout", "10000"},
        {"scrape.timeout-offset", "500"},
        {"scrape.min-interval", "1000"},
        {"http.password-file", ""},
        {"http.insecure-skip-verify", "false"},
        {"mqtt.portal-id", ""},
        {"mqtt.stale-after", "60000"},
        {"web.listen-address", ":10088|"},
        {"web.telemetry-path", "/metrics"},
        {"web.config.file", ""},
        {"web.max-requests", "40"},
        {"web.systemd-socket", "false"},
        {"web.enable-lifecycle", "false"},
        {"web.disable-exporter-metrics", "false"},
        {"log.level", "1"},
        {"log.format", "0"},
    };
    struct config config;
    (void)state;

    load_well(&(struct input){.argv = {URL}}, &config);
    for (size_t i = 0; i < COUNT(cases); i++)
        check_field(&config, cases[i].name, cases[i].expected);
    assert_int_equal(config.action, ACTION_SERVE);
    assert_true(config.site_is_default);
    assert_int_equal(config.warnings.count, 0);
    config_free(&config);
}

/* Each row: what is said besides a station, and what one field holds then. */
static void options_are_read_from_argv_and_environment(void **state)
{
    static const struct {
        struct input input;
        const char *name, *expected;
    } cases[] = {
        {{{URL, "--scrape.timeout=1m30s"}, {0}}, "scrape.timeout", "90000"},
        {{{URL}, {"VICTRON_EXPORTER_SCRAPE_TIMEOUT=5s"}}, "scrape.timeout", "5000"},
        {{{URL, "--scrape.timeout=7s"}, {"VICTRON_EXPORTER_SCRAPE_TIMEOUT=5s"}},
         "scrape.timeout",
         "7000"},
        /* argv wins even where the environment holds a mistake */
        {{{URL, "--scrape.timeout=7s"}, {"VICTRON_EXPORTER_SCRAPE_TIMEOUT=soon"}},
         "scrape.timeout",
         "7000"},
        {{{URL}, {"VICTRON_EXPORTER_SCRAPE_TIMEOUT="}}, "scrape.timeout", "10000"},
        {{{NULL}, {"VICTRON_EXPORTER_STATION_URL=mqtt://b"}}, "station.url", "mqtt://b"},
        {{{URL, "--web.enable-lifecycle"}, {0}}, "web.enable-lifecycle", "true"},
        {{{URL, "--web.enable-lifecycle=false"}, {0}}, "web.enable-lifecycle", "false"},
        {{{URL, "--web.enable-lifecycle=false"},
          {"VICTRON_EXPORTER_WEB_ENABLE_LIFECYCLE=true"}},
         "web.enable-lifecycle",
         "false"},
        {{{URL}, {"VICTRON_EXPORTER_WEB_ENABLE_LIFECYCLE=1"}},
         "web.enable-lifecycle",
         "true"},
        {{{URL}, {"VICTRON_EXPORTER_WEB_ENABLE_LIFECYCLE=True"}},
         "web.enable-lifecycle",
         "true"},
        {{{URL, "--map.file=a.json", "--map.file=b,c.json"}, {0}},
         "map.file",
         "a.json|b,c.json|"},
        {{{URL}, {"VICTRON_EXPORTER_MAP_FILE=a.json, b.json"}},
         "map.file",
         "a.json|b.json|"},
        /* a list of argv is no addition to that of the environment */
        {{{URL, "--map.file=c.json"}, {"VICTRON_EXPORTER_MAP_FILE=a.json,b.json"}},
         "map.file",
         "c.json|"},
        {{{URL, "--web.listen-address=127.0.0.1:0", "--web.listen-address=[::1]:9"}, {0}},
         "web.listen-address",
         "127.0.0.1:0|[::1]:9|"},
        {{{URL, "--device.include=battery, vebus"}, {0}},
         "device.include",
         "battery|vebus|"},
        {{{URL}, {"VICTRON_EXPORTER_DEVICE_EXCLUDE=tank"}}, "device.exclude", "tank|"},
        {{{URL, "--map.level=full"}, {0}}, "map.level", "2"},
        {{{URL, "--log.format=json"}, {0}}, "log.format", "1"},
        {{{URL, "--log.level=error"}, {0}}, "log.level", "3"},
        {{{URL, "--web.max-requests=0"}, {0}}, "web.max-requests", "0"},
        {{{URL, "--site=Haus \xc3\x9c"}, {0}}, "site", "Haus \xc3\x9c"},
        {{{URL, "--site=a=b"}, {0}}, "site", "a=b"},
        {{{URL, "--station.record=/tmp/x"}, {0}}, "station.record", "/tmp/x"},
        {{{"--station.url=https://proxy/site7/"}, {0}}, "site", "proxy"},
        {{{"--station.url=http://[fe80::1]:8088"}, {0}}, "site", "fe80::1"},
        {{{"--station.url=mqtts://gx.lan:8883"}, {0}}, "site", "gx.lan"},
        {{{"--station.url=vrm://c0619ab4e53f"}, {0}}, "site", "c0619ab4e53f"},
        {{{"--station.url=vrm://c0619ab4e53f", "--mqtt.portal-id=c0619ab4e53f"}, {0}},
         "mqtt.portal-id",
         "c0619ab4e53f"},
        /* Kubernetes and others put their own variables there */
        {{{URL},
          {"VICTRON_EXPORTER_PORT=tcp://10.1.2.3:10088", "VICTRON_EXPORTER=1",
           "VICTRON_EXPORTER_SITES=x", "NO_EQUALS_SIGN", "VICTRON_EXPORTER_SITE"}},
         "site",
         "10.0.0.5"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config config;
        load_well(&cases[i].input, &config);
        check_field(&config, cases[i].name, cases[i].expected);
        config_free(&config);
    }
}

static void actions_are_said_on_argv_only(void **state)
{
    static const struct {
        struct input input;
        enum action expected;
    } cases[] = {
        {{{URL, "--once"}, {0}}, ACTION_ONCE},
        {{{URL, "--once=false"}, {0}}, ACTION_SERVE},
        {{{URL, "--station.unmapped=true"}, {0}}, ACTION_UNMAPPED},
        {{{URL, "--station.record=dir"}, {0}}, ACTION_RECORD},
        {{{"--map.check"}, {0}}, ACTION_MAP_CHECK},
        {{{"--map.print"}, {0}}, ACTION_MAP_PRINT},
        {{{"--health-check"}, {0}}, ACTION_HEALTH_CHECK},
        {{{"--version"}, {0}}, ACTION_VERSION},
        {{{"--help"}, {0}}, ACTION_HELP},
        /* whatever the environment holds, help is given */
        {{{"--help"}, {"VICTRON_EXPORTER_SCRAPE_TIMEOUT=soon"}}, ACTION_HELP},
        {{{URL}, {"VICTRON_EXPORTER_VERSION=1.2.3", "VICTRON_EXPORTER_ONCE=true"}},
         ACTION_SERVE},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct config config;
        load_well(&cases[i].input, &config);
        assert_int_equal(config.action, cases[i].expected);
        config_free(&config);
    }
}

static void texts_are_copied_and_end_in_nul(void **state)
{
    char url[] = "--station.url=http://gx";
    char site[] = "VICTRON_EXPORTER_SITE=boat";
    const struct input input = {.argv = {url}, .environment = {site}};
    struct config config;
    (void)state;

    load_well(&input, &config);
    memset(url, 'x', sizeof url);
    memset(site, 'x', sizeof site);
    assert_string_equal(config.station_url.p, "http://gx");
    assert_string_equal(config.site.p, "boat");
    config_free(&config);
}

static void lists_and_texts_have_an_end(void **state)
{
    const char *argv[CONFIG_LIST_MAX + 2] = {URL};
    char large[300 * 1024];
    struct config config;
    struct buf mistakes = buf_new(TEXT_MAX);
    (void)state;

    for (size_t i = 1; i < COUNT(argv); i++)
        argv[i] = "--map.file=a";
    assert_int_equal(config_load(CONFIG_LIST_MAX + 1, argv, NULL, &config, &mistakes),
                     ERR_OK);
    assert_int_equal(config.map_files.count, CONFIG_LIST_MAX);
    config_free(&config);
    assert_int_equal(config_load(CONFIG_LIST_MAX + 2, argv, NULL, &config, &mistakes),
                     ERR_USAGE);
    check_str(buf_str(&mistakes), "--map.file=a: is one too many: allowed 64\n");

    buf_clear(&mistakes);
    memset(large, 'a', sizeof large);
    memcpy(large, "--map.file=", 11);
    large[sizeof large - 1] = '\0';
    argv[1] = large;
    assert_int_equal(config_load(2, argv, NULL, &config, &mistakes), ERR_USAGE);
    check_str(buf_str(&mistakes), "the options: are too long: allowed 262144 bytes\n");
    buf_free(&mistakes);
}

static void freeing_twice_is_harmless(void **state)
{
    struct config config;
    (void)state;

    load_well(&(struct input){.argv = {URL}}, &config);
    config_free(&config);
    config_free(&config);
    config_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_says_has_its_default),
        cmocka_unit_test(options_are_read_from_argv_and_environment),
        cmocka_unit_test(actions_are_said_on_argv_only),
        cmocka_unit_test(texts_are_copied_and_end_in_nul),
        cmocka_unit_test(lists_and_texts_have_an_end),
        cmocka_unit_test(freeing_twice_is_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
