/* http_wire_test.c - bodies of the DBus HTTP API as names and reports. */
#include "check.h"

#include "model/limits.h"
#include "model/report.h"
#include "source/http_wire.h"

/* Cut from recordings: dbus_api_server.py 3.2.0, Venus OS v3.70. */
static const char temperature_body[] =
    "{\n"
    "  \"service\": \"com.victronenergy.temperature.adc_builtin0_5\",\n"
    "  \"path\": \"/\",\n"
    "  \"value\": {\n"
    "    \"Connected\": 1,\n"
    "    \"CustomName\": \"\\u0412\\u0445\\u0456\\u0434\",\n"
    "    \"DeviceInstance\": 27,\n"
    "    \"Offset\": -10.0,\n"
    "    \"ProductId\": 41314,\n"
    "    \"RawUnit\": \"V\",\n"
    "    \"Humidity\": [],\n"
    "    \"Load/I\": NaN,\n"
    "    \"Alarm\": false,\n"
    "    \"Raw\": [0, 17, 255],\n"
    "    \"/Settings/Kept\": 1,\n"
    "    \"Temperature\": 35.85\n"
    "  },\n"
    "  \"success\": true\n"
    "}";

static const struct str temperature = STR("com.victronenergy.temperature.adc_builtin0_5");

#define MANY_VALUES 1000

static struct report *report_of(struct str body, size_t max_values)
{
    struct report *report = NULL;
    struct error error;

    assert_int_equal(http_wire_report(temperature, body, max_values, &report, &error),
                     ERR_OK);
    return report;
}

static void check_value(const struct report *report, struct str path,
                        enum value_kind kind, double number, const char *text)
{
    const struct value *value = report_find(report, path);

    assert_non_null(value);
    assert_int_equal(value->kind, kind);
    assert_true(value->number == number);
    check_str(value->text, text);
}

static void a_body_becomes_a_report(void **state)
{
    struct report *report = report_of(str_from(temperature_body), MANY_VALUES);

    (void)state;
    check_str(report->service, "com.victronenergy.temperature.adc_builtin0_5");
    check_str(report->device, "temperature");
    check_str(report->instance, "27");
    assert_int_equal(report->outcome, ERR_OK);
    assert_int_equal(report->reading_count, 12);
    check_value(report, STR_OF("/Temperature"), VALUE_NUMBER, 35.85, "");
    check_value(report, STR_OF("/Connected"), VALUE_NUMBER, 1, "");
    check_value(report, STR_OF("/Alarm"), VALUE_NUMBER, 0, "");
    check_value(report, STR_OF("/CustomName"), VALUE_TEXT, 0,
                "\xd0\x92\xd1\x85\xd1\x96\xd0\xb4");
    check_value(report, STR_OF("/Humidity"), VALUE_NONE, 0, "");
    check_value(report, STR_OF("/Load/I"), VALUE_NONE, 0, "");
    check_value(report, STR_OF("/Raw"), VALUE_JSON, 0, "[0,17,255]");
    check_value(report, STR_OF("/Settings/Kept"), VALUE_NUMBER, 1, "");
    report_release(report);
}

static void the_instance_falls_back_to_the_identifier(void **state)
{
    static const struct {
        const char *body;
        const char *instance;
    } cases[] = {
        {"{\"value\": {\"DeviceInstance\": 0}}", "0"},
        {"{\"value\": {\"DeviceInstance\": [], \"Identifier\": \"can0\"}}", "can0"},
        {"{\"value\": {\"Identifier\": [], \"Soc\": 81}}", "0"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct report *report = report_of(str_from(cases[i].body), MANY_VALUES);
        check_str(report->instance, cases[i].instance);
        report_release(report);
    }
}

static void what_is_no_report_says_why(void **state)
{
    static const struct {
        const char *body;
        enum err outcome;
    } cases[] = {
        {"", ERR_MALFORMED},
        {"<html>proxy</html>", ERR_MALFORMED},
        {"{\"value\": {\"a\": 1}", ERR_MALFORMED},
        {"{\"value\": {\"a\": 1}} {}", ERR_MALFORMED},
        {"[]", ERR_MALFORMED},
        {"{}", ERR_MALFORMED},
        {"{\"value\": 81.0, \"success\": true}", ERR_MALFORMED},
        {"{\"value\": null, \"success\": true}", ERR_MALFORMED},
        {"{\"value\": null, \"error\": \"gone\", \"success\": false}", ERR_NOT_FOUND},
        {"{\"value\": {}, \"success\": true}", ERR_EMPTY},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct report *report = NULL;
        struct error error = {0};
        enum err outcome = http_wire_report(temperature, str_from(cases[i].body),
                                            MANY_VALUES, &report, &error);
        if (outcome != cases[i].outcome || error.code != outcome || report)
            fail_msg("%s: got %d", cases[i].body, (int)outcome);
    }
}

static void a_body_cut_anywhere_is_malformed(void **state)
{
    struct str body = str_from(temperature_body);

    (void)state;
    for (size_t n = 0; n < body.n; n++) {
        struct report *report = NULL;
        struct error error;
        assert_int_equal(http_wire_report(temperature, (struct str){body.p, n},
                                          MANY_VALUES, &report, &error),
                         ERR_MALFORMED);
    }
}

static void values_over_a_limit_are_dropped_and_counted(void **state)
{
    struct buf body = buf_new(4096);
    struct report *report = report_of(str_from(temperature_body), 5);

    (void)state;
    assert_int_equal(report->reading_count, 5);
    assert_int_equal(report->refused[REFUSAL_LIMIT], 7);
    report_release(report);

    buf_printf(&body, "{\"value\": {\"%0*d\": 1, \"Soc\": 81}}", LIMIT_PATH_BYTES, 0);
    report = report_of(buf_str(&body), MANY_VALUES);
    assert_int_equal(report->reading_count, 1);
    assert_int_equal(report->refused[REFUSAL_LIMIT], 1);
    report_release(report);
    buf_free(&body);
}

/* A device without its instance would be another device. */
static void an_identity_is_kept_before_other_values(void **state)
{
    static const char *const bodies[] = {
        "{\"value\": {\"A\": 1, \"B\": 2, \"C\": 3, \"DeviceInstance\": 7}}",
        "{\"value\": {\"A\": 1, \"B\": 2, \"Identifier\": \"x\", \"C\": 3,"
        " \"DeviceInstance\": 7}}",
        "{\"value\": {\"DeviceInstance\": 7, \"Identifier\": \"x\", \"A\": 1}}",
        "{\"value\": {\"A\": 1, \"DeviceInstance\": 7, \"Identifier\": \"x\"}}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++)
        for (size_t most = 1; most < 4; most++) {
            struct report *report = report_of(str_from(bodies[i]), most);
            assert_int_equal(report->reading_count, most);
            if (most > 1 || i != 1)
                check_str(report->instance, "7");
            report_release(report);
        }
}

static void of_two_objects_of_values_the_last_counts(void **state)
{
    struct report *report =
        report_of(STR_OF("{\"value\": {\"A\": 1, \"B\": 2}, \"success\": true,"
                         " \"value\": {\"C\": 3}}"),
                  MANY_VALUES);

    (void)state;
    assert_int_equal(report->reading_count, 1);
    check_value(report, STR_OF("/C"), VALUE_NUMBER, 3, "");
    report_release(report);
}

struct names {
    struct arena arena;
    struct str *names;
    size_t count;
    size_t dropped;
    enum err outcome;
};

static struct names names_of(struct str body)
{
    struct names names = {.arena = arena_new((size_t)4 * 1024 * 1024)};
    struct error error;

    names.outcome = http_wire_services(body, &names.arena, &names.names, &names.count,
                                       &names.dropped, &error);
    return names;
}

static void services_are_sorted_and_each_once(void **state)
{
    struct names names = names_of(STR_OF(
        "{\"services\": [\"com.victronenergy.vebus.ttyS4\", \"com.victronenergy.system\","
        " \"fr.other.victronenergy\", \"com.victronenergy.system\", 7, null,"
        " \"com.victronenergy.\", \"com.victronenergy..x\","
        " \"com.victronenergy.bad name\","
        " \"com.victronenergy.battery.socketcan_can0-1\"],"
        " \"count\": 10, \"success\": true}"));

    (void)state;
    assert_int_equal(names.outcome, ERR_OK);
    assert_int_equal(names.count, 3);
    assert_int_equal(names.dropped, 0);
    check_str(names.names[0], "com.victronenergy.battery.socketcan_can0-1");
    check_str(names.names[1], "com.victronenergy.system");
    check_str(names.names[2], "com.victronenergy.vebus.ttyS4");
    arena_free(&names.arena);
}

static void a_list_without_services_is_no_answer(void **state)
{
    static const struct {
        const char *body;
        enum err outcome;
    } cases[] = {
        {"{\"services\": [], \"count\": 0, \"success\": true}", ERR_EMPTY},
        {"{\"services\": [\"org.freedesktop.DBus\"]}", ERR_EMPTY},
        {"{\"services\": {}}", ERR_MALFORMED},
        {"{\"error\": \"Not found\", \"success\": false}", ERR_MALFORMED},
        {"{\"services\": [\"com.victronenergy.sys", ERR_MALFORMED},
        {"<html></html>", ERR_MALFORMED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct names names = names_of(str_from(cases[i].body));
        assert_int_equal(names.outcome, cases[i].outcome);
        arena_free(&names.arena);
    }
}

static void names_over_the_limit_are_counted(void **state)
{
    struct buf body = buf_new((size_t)1024 * 1024);

    (void)state;
    buf_add_text(&body, "{\"services\": [\"com.victronenergy.system\"");
    for (int i = 0; i < HTTP_WIRE_NAMES_MAX + 9; i++)
        buf_printf(&body, ", \"com.victronenergy.tank.t%05d\"", i);
    buf_add_text(&body, "]}");
    struct names names = names_of(buf_str(&body));
    assert_int_equal(names.outcome, ERR_OK);
    assert_int_equal(names.count, HTTP_WIRE_NAMES_MAX);
    assert_int_equal(names.dropped, 10);
    arena_free(&names.arena);
    buf_free(&body);
}

static void a_bus_name_tells_its_device(void **state)
{
    static const struct {
        const char *name;
        const char *device;
    } cases[] = {
        {"com.victronenergy.battery.ttyO1", "battery"},
        {"com.victronenergy.settings", "settings"},
        {"com.victronenergy.modbusclient.tcp.x", "modbusclient"},
        {"com.victronenergy.", ""},
        {"com.victronenergy", ""},
        {"org.freedesktop.DBus", ""},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        check_str(http_wire_device(str_from(cases[i].name)), cases[i].device);
}

static void paths_carry_the_prefix_and_are_encoded(void **state)
{
    struct buf path = buf_new(1024);

    (void)state;
    http_wire_services_path(STR_OF("/site7"), &path);
    check_str(buf_str(&path), "/site7/services");
    buf_clear(&path);
    http_wire_value_path(STR_OF(""), STR_OF("com.victronenergy.x&y =/"), &path);
    check_str(buf_str(&path), "/value?service=com.victronenergy.x%26y%20%3D%2F&path=/");
    buf_free(&path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_becomes_a_report),
        cmocka_unit_test(the_instance_falls_back_to_the_identifier),
        cmocka_unit_test(what_is_no_report_says_why),
        cmocka_unit_test(a_body_cut_anywhere_is_malformed),
        cmocka_unit_test(values_over_a_limit_are_dropped_and_counted),
        cmocka_unit_test(an_identity_is_kept_before_other_values),
        cmocka_unit_test(of_two_objects_of_values_the_last_counts),
        cmocka_unit_test(services_are_sorted_and_each_once),
        cmocka_unit_test(a_list_without_services_is_no_answer),
        cmocka_unit_test(names_over_the_limit_are_counted),
        cmocka_unit_test(a_bus_name_tells_its_device),
        cmocka_unit_test(paths_carry_the_prefix_and_are_encoded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
