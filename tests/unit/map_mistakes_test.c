/* map_mistakes_test.c - every kind of wrong row is told with file, row and reason. */
#include "map_input.h"

#include <stdio.h>

#define GAUGE "\"type\": \"gauge\", \"help\": \"Some help.\""
#define FILE_OF(device, rows) "{\"device\": \"" device "\", \"metrics\": [" rows "]}"
#define ROW_OF(rest) "{\"path\": \"/Soc\", \"metric\": \"victron_battery_x\", " rest "}"
#define OTHER(rest) "{\"path\": \"/Other\", \"metric\": \"victron_battery_x\", " rest "}"
#define ALIVE(rest) FILE_OF("battery", ROW_OF(GAUGE rest))

static void check_mistake(const char *json, const char *sentence)
{
    struct buf mistakes = buf_new(MAP_TEXT_MAX);
    struct metric_map *map = map_of(json, MAP_FULL, &mistakes);

    if (map)
        fail_msg("accepted: %s", json);
    if (!str_contains(buf_str(&mistakes), str_from(sentence)))
        fail_msg("%s\ngot  %.*s\nwant %s", json, STR_ARG(buf_str(&mistakes)), sentence);
    buf_free(&mistakes);
}

struct bad {
    const char *json, *sentence;
};

static void check_mistakes(const struct bad *bad, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_mistake(bad[i].json, bad[i].sentence);
}

static void says_what_is_wrong_with_the_text(void **state)
{
    static const struct bad cases[] = {
        {"{\"device\":\n \"battery\",\n oops}", "built-in: line 3: "},
        {"{\"device\": \"a\", \"metrics\": []}\n{\"device\"\n:1,,}",
         "built-in: line 3: "},
        {"[1]", "built-in: entry 1 of an array is no object"},
        {"{\"metrics\": []}", "built-in: key \"device\": a service type is needed"},
        {"{\"device\": \"a b\", \"metrics\": []}", "a service type is needed"},
        {"{\"device\": \"battery\", \"metrics\": 1}",
         "battery: key \"metrics\" is no array"},
        {"{\"device\": \"battery\", \"metrics\": [1]}", "entry 1 is no object"},
        {"{\"device\": \"battery\", \"metrics\": [], \"x\": 1}", "key \"x\" is unknown"},
        {"{\"device\": \"battery\", \"metrics\": [], \"importance\": 0}",
         "key \"importance\": allowed are whole numbers from 1 to 999"},
        {"{\"device\": \"battery\", \"metrics\": [], \"refresh\": -1}",
         "key \"refresh\": allowed are whole numbers from 0 to 86400"},
        {"{\"device\": \"battery\", \"ignore\": [{\"path\": \"/A\"}]}",
         "built-in: battery /A: key \"reason\" is missing"},
        {"{\"device\": \"battery\", \"ignore\": [{\"path\": \"/A\", \"reason\": \"r\", "
         "\"x\": 1}]}",
         "key \"x\" is unknown"},
        {"{\"path\": \"/A\\nB\", \"metric\": null}",
         "built-in: /A B: key \"device\" is missing\n"},
        {"{\"path\": \"/A\", \"metric\": null}", "/A: key \"device\" is missing"},
    };
    (void)state;

    check_mistakes(cases, COUNT(cases));
}

static void says_what_is_wrong_with_a_key(void **state)
{
    static const struct bad cases[] = {
        {ALIVE(", \"colour\": 1"), "built-in: battery /Soc: key \"colour\" is unknown"},
        {ALIVE(", \"path\": \"/B\""), "line 1: duplicate object key"},
        {FILE_OF("battery", "{\"metric\": \"victron_battery_x\", " GAUGE "}"),
         "built-in: row 1: key \"path\" is missing"},
        {FILE_OF("battery", "{\"path\": \"/Soc\", " GAUGE "}"),
         "battery /Soc: key \"metric\" is missing"},
        {FILE_OF("battery", ROW_OF("\"help\": \"H.\"")), "key \"type\" is missing"},
        {FILE_OF("battery", ROW_OF("\"type\": \"gauge\"")), "key \"help\" is missing"},
        {FILE_OF("battery", ROW_OF("\"type\": \"gauge\", \"help\": \"\"")),
         "key \"help\" is empty"},
        {FILE_OF("battery", ROW_OF("\"type\": \"meter\", \"help\": \"H.\"")),
         "key \"type\" is \"meter\": allowed are gauge, counter, info"},
        {ALIVE(", \"level\": \"all\""),
         "key \"level\" is \"all\": allowed are core, standard, full"},
        {ALIVE(", \"level\": 1"), "key \"level\" is a number, should be a text"},
        {ALIVE(", \"scale\": \"0.01\""), "key \"scale\" is a text, should be a number"},
        {ALIVE(", \"scale\": 0"), "scale 0"},
        {ALIVE(", \"absolute\": 1"), "key \"absolute\" is a number, should be true or"},
        {ALIVE(", \"scope\": \"site\""), "only \"station\" is allowed"},
        {ALIVE(", \"device\": \"vebus\""), "device \"vebus\" in the file of \"battery\""},
        {ALIVE(", \"invalid\": 1"), "key \"invalid\" is a number, should be an array"},
        {ALIVE(", \"invalid\": []"),
         "key \"invalid\" has 0 entries, allowed are 1 to 16"},
        {ALIVE(", \"invalid\": [\"x\"]"), "should be a list of numbers"},
        {ALIVE(", \"values\": {\"A\": \"1\"}"), "should be a table of texts and numbers"},
        {ALIVE(", \"enum\": {}"), "an enum is an object of 1 to 512 texts"},
        {ALIVE(", \"enum\": {\"1.5\": \"x\"}"), "enum key \"1.5\" is no integer"},
        {ALIVE(", \"enum\": {\"1\": \"x\", \"01\": \"y\"}"), "enum key 1 stands twice"},
        {ALIVE(", \"enum\": {\"1\": \"\"}"), "enum value 1 has no text"},
        {ALIVE(", \"enum\": \"nowhere\""), "there is no metrics-map/enums/nowhere.json"},
        {ALIVE(", \"bind\": {\"day\": [\"0\"]}"),
         "bind names \"day\", which is no placeholder of the path"},
        {ALIVE(", \"bind\": {\"day\": []}"), "key \"bind\" has 0 entries"},
        {ALIVE(", \"json\": \"soc\""), "json pointer \"soc\": it begins with a slash"},
        {ALIVE(", \"json\": \"/a//b\""), "none empty"},
        {ALIVE(", \"json\": \"/{A}\""), "placeholders named in snake case"},
        {ALIVE(", \"unit\": \"volts\""), "contradicts the metric's name"},
        {ALIVE(", \"ignored\": true"), "key \"ignored\" contradicts key \"metric\""},
        {ALIVE(", \"labels\": [\"phase\"]"), "contradicts the row's labels"},
        {ALIVE(", \"label\": \"text\""), "key \"label\" means nothing in a gauge"},
        {ALIVE(", \"reason\": \"r\""), "key \"reason\" means nothing in a gauge"},
        {"{\"device\": \"a\", \"path\": \"/A\", \"metric\": null, \"scale\": 2}",
         "key \"scale\" means nothing in an ignored row"},
        {FILE_OF("battery", "{\"path\": \"Soc\", \"metric\": null}"),
         "the path does not begin with a slash"},
    };
    (void)state;

    check_mistakes(cases, COUNT(cases));
}

#define NAMED(name, type)                                                                \
    FILE_OF("battery", "{\"path\": \"/Soc\", \"metric\": \"" name                        \
                       "\", \"type\": \"" type "\", \"help\": \"H.\"}")

#define INFO(path, metric, rest)                                                         \
    FILE_OF("battery", "{\"path\": \"" path "\", \"metric\": \"" metric                  \
                       "\", \"type\": \"info\", \"help\": \"H.\"" rest "}")

static void says_what_is_wrong_with_a_name(void **state)
{
    static const struct bad cases[] = {
        {NAMED("battery_soc", "gauge"), "allowed is victron_ and then words"},
        {NAMED("victron_battery_SoC", "gauge"), "allowed is victron_ and then words"},
        {NAMED("victron_battery__x", "gauge"), "allowed is victron_ and then words"},
        {NAMED("victron_battery_x_", "gauge"), "allowed is victron_ and then words"},
        {NAMED("victron_total", "counter"), "allowed is victron_ and then words"},
        {NAMED("victron_battery_x", "counter"), "must end in _total"},
        {INFO("/A", "victron_battery_x", ", \"label\": \"a\""), "must end in _info"},
        {NAMED("victron_battery_x_total", "gauge"), "ends in _total"},
        {NAMED("victron_battery_x_info", "gauge"), "ends in _info"},
        {NAMED("victron_battery_x_count", "gauge"), "ends in _count"},
        {NAMED("victron_battery_x_bucket_total", "counter"), "ends in _bucket"},
        {NAMED("victron_battery_run_minutes", "gauge"), "use seconds, scale 60"},
        {NAMED("victron_battery_soc_percent", "gauge"), "use ratio, scale 0.01"},
        {NAMED("victron_battery_energy_kwh_total", "counter"),
         "use joules, scale 3600000"},
        {NAMED("victron_up", "gauge"), "one of the exporter's own"},
        {NAMED("victron_device_up", "gauge"), "one of the exporter's own"},
        {NAMED("victron_scrape_x", "gauge"), "one of the exporter's own"},
        {NAMED("victron_exporter_x", "gauge"), "one of the exporter's own"},
        {INFO("/A", "victron_site_info", ", \"label\": \"a\""),
         "one of the exporter's own"},
        {NAMED("victron_mqtt_x", "gauge"), "one of the exporter's own"},
        {NAMED("victron_last_update_timestamp_seconds", "gauge"),
         "one of the exporter's own"},
    };
    (void)state;

    check_mistakes(cases, COUNT(cases));
}

static void says_what_is_wrong_with_labels(void **state)
{
    static const struct bad cases[] = {
        {ALIVE(", \"labels\": {\"site\": \"x\"}"), "label \"site\" is reserved"},
        {ALIVE(", \"labels\": {\"le\": \"x\"}"), "label \"le\" is reserved"},
        {ALIVE(", \"labels\": {\"__name__\": \"x\"}"), "is not in snake case"},
        {ALIVE(", \"labels\": {\"Phase\": \"x\"}"), "is not in snake case"},
        {ALIVE(", \"labels\": {\"phase\": \"\"}"), "key \"labels\" is empty"},
        {ALIVE(", \"labels\": \"phase\""), "should be an object"},
        {FILE_OF("battery",
                 "{\"path\": \"/{instance}\", \"metric\": \"victron_battery_x\"," GAUGE
                 "}"),
         "label \"instance\" is reserved"},
        {FILE_OF("battery", "{\"path\": \"/{phase}\", \"metric\": \"victron_battery_x\","
                            "\"labels\": {\"phase\": \"L1\"}," GAUGE "}"),
         "label \"phase\" stands twice"},
        {FILE_OF("battery", "{\"path\": \"/{cell}\", \"metric\": \"victron_battery_x\","
                            "\"json\": \"/{cell}\"," GAUGE "}"),
         "label \"cell\" stands twice"},
        {INFO("/A", "victron_battery_a_info", ""), "an info row needs the key \"label\""},
        {INFO("/A", "victron_device_info", ", \"label\": \"colour\""),
         "victron_device_info has fixed labels"},
        {INFO("/A", "victron_device_info", ", \"label\": \"service\""),
         "victron_device_info has fixed labels"},
        {INFO("/{_n}/A", "victron_device_info", ", \"label\": \"serial\""),
         "victron_device_info has fixed labels"},
        {INFO("/A", "victron_battery_a_info", ", \"label\": \"a\", \"scale\": 2"),
         "key \"scale\" means nothing in an info row"},
        {INFO("/A", "victron_battery_a_info",
              ", \"label\": \"a\", \"marks\": {\"a\": "
              "{\"x\": \"y\"}}"),
         "label \"a\" stands twice"},
    };
    (void)state;

    check_mistakes(cases, COUNT(cases));
}

static void refuses_secrets_with_that_reason(void **state)
{
    static const struct bad cases[] = {
        {FILE_OF("settings", "{\"path\": \"/Settings/Modem/PIN\", \"metric\": "
                             "\"victron_settings_pin\", " GAUGE "}"),
         "settings /Settings/Modem/PIN: a secret path is never exported"},
        {FILE_OF("ble", "{\"path\": \"/Devices/{key}/Key\", \"metric\": "
                        "\"victron_ble_x\", " GAUGE "}"),
         "a secret path is never exported"},
        {FILE_OF("*", "{\"path\": \"/Network/Services\", \"metric\": \"victron_x_y\", "
                      "\"json\": \"/a\", " GAUGE "}"),
         "a secret path is never exported"},
        {ALIVE(", \"json\": \"/wifi/psk\""), "a secret path is never exported"},
    };
    (void)state;

    check_mistakes(cases, COUNT(cases));
}

static void says_where_rows_disagree(void **state)
{
    static const struct bad cases[] = {
        {FILE_OF("battery", ROW_OF(GAUGE) "," ROW_OF(GAUGE)), "the row stands twice"},
        {FILE_OF("battery",
                 "{\"path\": \"/{a}\", \"metric\": \"victron_battery_x\", " GAUGE "},"
                 "{\"path\": \"/{_b}\", \"metric\": \"victron_battery_y\", " GAUGE "}"),
         "the row stands twice"},
        {"{\"device\": \"battery\", \"metrics\": [" ROW_OF(
             GAUGE) "], \"ignore\": "
                    "[{\"path\": \"/Soc\", \"reason\": \"r\"}]}",
         "both mapped and left out"},
        {FILE_OF("battery", ROW_OF(GAUGE) "," OTHER("\"type\": \"gauge\", \"help\": "
                                                    "\"Another.\"")),
         "battery /Other: help of metric victron_battery_x differs from that of battery "
         "/Soc"},
        {FILE_OF("battery", ROW_OF(GAUGE) "," OTHER(GAUGE ", \"enum\": {\"0\": \"A\"}")),
         "enum of metric victron_battery_x differs"},
        {FILE_OF("battery",
                 ROW_OF(GAUGE) "," OTHER(GAUGE ", \"labels\": {\"a\": \"b\"}")),
         "labels of metric victron_battery_x differs"},
        {FILE_OF("battery", ROW_OF(GAUGE) "," OTHER(GAUGE ", \"scope\": \"station\"")),
         "labels of metric victron_battery_x differs"},
        {FILE_OF("battery", ROW_OF(GAUGE) ",{\"path\": \"/T\", \"metric\": "
                                          "\"victron_battery_x_total\", \"type\": "
                                          "\"counter\", \"help\": \"H.\"}"),
         "clashes with victron_battery_x: OpenMetrics calls both victron_battery_x"},
        {FILE_OF("battery",
                 ROW_OF(GAUGE) ",{\"path\": \"/T\", \"metric\": "
                               "\"victron_battery_x_info\", \"type\": "
                               "\"info\", \"label\": \"a\", \"help\": \"H.\"}"),
         "clashes with victron_battery_x"},
    };
    (void)state;

    check_mistakes(cases, COUNT(cases));
}

#define SLOW(name, type)                                                                 \
    "{\"device\": \"settings\", \"refresh\": 300, \"metrics\": [{\"path\": \"/A\", "     \
    "\"metric\": \"" name "\", \"type\": \"" type "\", \"help\": \"H.\"}]}"

static void refuses_what_old_values_would_falsify(void **state)
{
    static const struct bad cases[] = {
        {SLOW("victron_settings_a_total", "counter"), "asked only every 300 s"},
        {SLOW("victron_settings_a_timestamp_seconds", "gauge"), "asked only every 300 s"},
        {SLOW("victron_alarm_state", "gauge"), "asked only every 300 s"},
    };
    (void)state;

    check_mistakes(cases, COUNT(cases));
}

static void tells_all_mistakes_but_not_thousands(void **state)
{
    struct buf text = buf_new(MAP_TEXT_MAX);
    struct buf mistakes = buf_new(MAP_TEXT_MAX);
    size_t lines = 0;
    (void)state;

    buf_add_text(&text, "[{}");
    for (int i = 0; i < 69; i++)
        buf_printf(&text, ",{\"device\": \"a\", \"path\": \"/%d\"}", i);
    buf_add_text(&text, "]\n");
    buf_add_char(&text, '\0');
    assert_null(map_of(text.p, MAP_FULL, &mistakes));
    for (size_t i = 0; i < mistakes.n; i++)
        lines += mistakes.p[i] == '\n';
    assert_int_equal(lines, 51);
    assert_true(str_starts_with(buf_str(&mistakes), STR_OF("built-in: row 1: ")));
    assert_true(str_contains(buf_str(&mistakes), STR_OF("built-in: a /46: ")));
    /* The first object has three: neither metric nor device nor path. */
    assert_true(
        str_ends_with(buf_str(&mistakes), STR_OF("and 22 more mistakes in the map\n")));
    buf_free(&mistakes);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_wrong_with_the_text),
        cmocka_unit_test(says_what_is_wrong_with_a_key),
        cmocka_unit_test(says_what_is_wrong_with_a_name),
        cmocka_unit_test(says_what_is_wrong_with_labels),
        cmocka_unit_test(refuses_secrets_with_that_reason),
        cmocka_unit_test(says_where_rows_disagree),
        cmocka_unit_test(refuses_what_old_values_would_falsify),
        cmocka_unit_test(tells_all_mistakes_but_not_thousands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
