/* mqtt_wire_test.c - topics and payloads of a GX's broker as meanings. */
#include "check.h"

#include "model/limits.h"
#include "source/mqtt_wire.h"

#define PORTAL "c0619ab0e550"
#define OURS "N/" PORTAL "/"

static const struct str portal = STR(PORTAL);

static int open_reader(void **state)
{
    static struct mqtt_reader reader;

    reader = mqtt_reader_new();
    *state = &reader;
    return 0;
}

static int close_reader(void **state)
{
    mqtt_reader_free(*state);
    return 0;
}

static struct mqtt_message read_text(void **state, const char *topic, const char *payload)
{
    struct mqtt_message message;

    mqtt_wire_read(*state, portal, str_from(topic), str_from(payload), &message);
    return message;
}

static void a_topic_names_device_instance_and_path(void **state)
{
    static const struct {
        const char *topic;
        const char *device, *instance, *path;
    } cases[] = {
        {OURS "battery/512/Soc", "battery", "512", "/Soc"},
        {OURS "system/0/Ac/Consumption/L1/Power", "system", "0",
         "/Ac/Consumption/L1/Power"},
        {OURS "vecan/can0/Rx", "vecan", "can0", "/Rx"},
        {OURS "settings/0/Settings/Gui//Odd/", "settings", "0", "/Settings/Gui//Odd/"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mqtt_message message = read_text(state, cases[i].topic, "{\"value\":1}");
        assert_int_equal(message.meaning, MQTT_VALUE);
        check_str(message.place.device, cases[i].device);
        check_str(message.place.instance, cases[i].instance);
        check_str(message.place.path, cases[i].path);
    }
}

static void a_payload_is_a_value(void **state)
{
    static const struct {
        const char *payload;
        enum value_kind kind;
        double number;
        const char *text;
    } cases[] = {
        {"{\"value\":81.0}", VALUE_NUMBER, 81, ""},
        {"{\"max\":4,\"min\":0,\"value\":2}", VALUE_NUMBER, 2, ""},
        {"{\"max\":null,\"min\":0.0,\"value\":0.0}", VALUE_NUMBER, 0, ""},
        {" {\"value\": -0.5e-3 } ", VALUE_NUMBER, -0.0005, ""},
        {"{\"value\":9007199254740993}", VALUE_NUMBER, 9007199254740992.0, ""},
        {"{\"value\":true}", VALUE_NUMBER, 1, ""},
        {"{\"value\":null}", VALUE_NONE, 0, ""},
        {"{\"value\":[]}", VALUE_NONE, 0, ""},
        {"{\"value\":NaN}", VALUE_NONE, 0, ""},
        {"{\"value\":1e400}", VALUE_NONE, 0, ""},
        {"{\"value\":\"Ver\\u00e9 \\\"x\\\"\"}", VALUE_TEXT, 0, "Ver\xc3\xa9 \"x\""},
        {"{\"value\":\"a\xff\"}", VALUE_TEXT, 0, "a\xef\xbf\xbd"},
        {"{\"value\":\"\"}", VALUE_TEXT, 0, ""},
        {"{\"value\":[1,2]}", VALUE_JSON, 0, "[1,2]"},
        {"{\"value\":{\"a\":null}}", VALUE_JSON, 0, "{\"a\":null}"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mqtt_message message =
            read_text(state, OURS "battery/512/Soc", cases[i].payload);
        assert_int_equal(message.meaning, MQTT_VALUE);
        assert_int_equal(message.value.kind, cases[i].kind);
        assert_true(message.value.number == cases[i].number);
        check_str(message.value.text, cases[i].text);
    }
}

static void an_empty_payload_means_gone(void **state)
{
    struct mqtt_message message = read_text(state, OURS "tank/3/Level", "");

    assert_int_equal(message.meaning, MQTT_GONE);
    check_str(message.place.path, "/Level");
}

static void what_is_broken_is_refused_with_its_place(void **state)
{
    static const char *const payloads[] = {
        "x", "{\"value\":", "{\"value\":1}}", "[1]", "{\"valu\":1}", "\"text\"",
        "1", "{}"};

    for (size_t i = 0; i < COUNT(payloads); i++) {
        struct mqtt_message message =
            read_text(state, OURS "battery/512/Soc", payloads[i]);
        assert_int_equal(message.meaning, MQTT_REFUSED);
        assert_int_equal(message.refusal, REFUSAL_MALFORMED);
        check_str(message.place.path, "/Soc");
    }
}

static void a_payload_nested_beyond_reason_is_refused(void **state)
{
    struct buf payload = buf_new(LIMIT_ANSWER_BYTES);
    struct mqtt_message message;

    buf_add_text(&payload, "{\"value\":");
    for (size_t i = 0; i < LIMIT_VALUES; i++)
        buf_add_char(&payload, '[');
    mqtt_wire_read(*state, portal, STR_OF(OURS "battery/0/Soc"), buf_str(&payload),
                   &message);
    buf_free(&payload);
    assert_int_equal(message.meaning, MQTT_REFUSED);
    assert_int_equal(message.refusal, REFUSAL_MALFORMED);
}

static struct mqtt_message read_long(void **state, const char *head, size_t n,
                                     const char *tail, struct str payload)
{
    struct buf topic = buf_new(LIMIT_ANSWER_BYTES);
    struct mqtt_message message;

    buf_add_text(&topic, head);
    for (size_t i = 0; i < n; i++)
        buf_add_char(&topic, 'x');
    buf_add_text(&topic, tail);
    assert_false(topic.failed);
    mqtt_wire_read(*state, portal, buf_str(&topic), payload, &message);
    buf_free(&topic);
    return message;
}

static void what_is_too_long_is_refused_as_such(void **state)
{
    static const struct {
        const char *head;
        size_t n;
        const char *tail;
        enum mqtt_meaning meaning;
    } cases[] = {
        {OURS "battery/0/", LIMIT_PATH_BYTES - 1, "", MQTT_VALUE},
        {OURS "battery/0/", LIMIT_PATH_BYTES, "", MQTT_REFUSED},
        {OURS "battery/", LIMIT_LABEL_BYTES + 1, "/Soc", MQTT_REFUSED},
        {OURS, LIMIT_LABEL_BYTES + 1, "/0/Soc", MQTT_REFUSED},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mqtt_message message = read_long(state, cases[i].head, cases[i].n,
                                                cases[i].tail, STR_OF("{\"value\":1}"));
        assert_int_equal(message.meaning, cases[i].meaning);
        if (cases[i].meaning == MQTT_REFUSED)
            assert_int_equal(message.refusal, REFUSAL_LIMIT);
    }
}

/* 8 MiB of brackets would take the parser half a gigabyte. */
static void a_huge_payload_is_refused(void **state)
{
    static const struct {
        const char *piece;
        size_t count;
    } cases[] = {
        {"x", LIMIT_ANSWER_BYTES + 1},
        {"[],", LIMIT_ANSWER_BYTES / 3},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf payload = buf_new((size_t)2 * LIMIT_ANSWER_BYTES);
        struct mqtt_message message;
        buf_add_text(&payload, "{\"value\":[");
        for (size_t k = 0; k < cases[i].count; k++)
            buf_add_text(&payload, cases[i].piece);
        assert_false(payload.failed);
        mqtt_wire_read(*state, portal, STR_OF(OURS "battery/0/Soc"), buf_str(&payload),
                       &message);
        buf_free(&payload);
        assert_int_equal(message.meaning, MQTT_REFUSED);
        assert_int_equal(message.refusal, REFUSAL_LIMIT);
    }
}

static void topics_of_the_station_itself_are_told_apart(void **state)
{
    static const struct {
        const char *topic, *payload;
        enum mqtt_meaning meaning;
        double unix_seconds;
        const char *echo;
    } cases[] = {
        {OURS "heartbeat", "{\"value\":1795223383}", MQTT_HEARTBEAT, 1795223383, ""},
        {OURS "heartbeat", "rubbish", MQTT_HEARTBEAT, 0, ""},
        {OURS "heartbeat", "", MQTT_HEARTBEAT, 0, ""},
        {OURS "full_publish_completed", "{\"value\":7}", MQTT_COMPLETED, 7, ""},
        {OURS "full_publish_completed",
         "{\"full-publish-completed-echo\":\"a-1\",\"value\":7}", MQTT_COMPLETED, 7,
         "a-1"},
        {OURS "full_publish_completed", "{\"full-publish-completed-echo\":3}",
         MQTT_COMPLETED, 0, ""},
        {OURS "keepalive", "1", MQTT_STARTED, 0, ""},
        {OURS "GuiCustomizations/Applist", "[]", MQTT_NOTHING, 0, ""},
        {OURS "GuiCustomizations/Apps/x/info", "{\"sha256\":1}", MQTT_NOTHING, 0, ""},
        {OURS "battery/512", "{\"value\":1}", MQTT_NOTHING, 0, ""},
        {OURS, "x", MQTT_NOTHING, 0, ""},
        {"N/" PORTAL, "x", MQTT_NOTHING, 0, ""},
        {"N/another/battery/512/Soc", "{\"value\":1}", MQTT_FOREIGN, 0, ""},
        {"N/" PORTAL "x/battery/512/Soc", "{\"value\":1}", MQTT_FOREIGN, 0, ""},
        {"R/" PORTAL "/keepalive", "", MQTT_FOREIGN, 0, ""},
        {"", "", MQTT_FOREIGN, 0, ""},
        {"/", "", MQTT_FOREIGN, 0, ""},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mqtt_message message = read_text(state, cases[i].topic, cases[i].payload);
        assert_int_equal(message.meaning, cases[i].meaning);
        assert_true(message.unix_seconds == cases[i].unix_seconds);
        check_str(message.echo, cases[i].echo);
    }
}

static void the_serial_announces_the_portal(void **state)
{
    static const struct {
        const char *topic, *portal;
    } cases[] = {
        {OURS "system/0/Serial", PORTAL}, {OURS "system/0/Serial2", ""},
        {OURS "system/1/Serial", ""},     {"N/a b/system/0/Serial", ""},
        {"N//system/0/Serial", ""},       {"R/" PORTAL "/system/0/Serial", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        check_str(mqtt_wire_announced(str_from(cases[i].topic)), cases[i].portal);
}

static void check_written(void (*write)(struct str, struct buf *), const char *argument,
                          const char *expected)
{
    struct buf out = buf_new(LIMIT_LABEL_BYTES);

    write(str_from(argument), &out);
    check_str(buf_str(&out), expected);
    buf_free(&out);
}

static void we_write_what_the_plugin_reads(void **state)
{
    (void)state;
    check_written(mqtt_wire_subscription, PORTAL, "N/" PORTAL "/#");
    check_written(mqtt_wire_keepalive_topic, PORTAL, "R/" PORTAL "/keepalive");
    check_written(mqtt_wire_full_payload, "a-1",
                  "{\"keepalive-options\":[{\"full-publish-completed-echo\":\"a-1\"}]}");
    check_written(mqtt_wire_vrm_host, "c0619ab0e550", "mqtt37.victronenergy.com");
    check_written(mqtt_wire_vrm_host, "d", "mqtt100.victronenergy.com");
}

static void a_portal_id_cannot_mean_anything_in_a_topic(void **state)
{
    static const char *const bad[] = {"", "a/b", "+", "#", "a b", "a\n"};

    (void)state;
    assert_true(mqtt_wire_is_portal(portal));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(mqtt_wire_is_portal(str_from(bad[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_topic_names_device_instance_and_path,
                                        open_reader, close_reader),
        cmocka_unit_test_setup_teardown(a_payload_is_a_value, open_reader, close_reader),
        cmocka_unit_test_setup_teardown(an_empty_payload_means_gone, open_reader,
                                        close_reader),
        cmocka_unit_test_setup_teardown(what_is_broken_is_refused_with_its_place,
                                        open_reader, close_reader),
        cmocka_unit_test_setup_teardown(a_payload_nested_beyond_reason_is_refused,
                                        open_reader, close_reader),
        cmocka_unit_test_setup_teardown(what_is_too_long_is_refused_as_such, open_reader,
                                        close_reader),
        cmocka_unit_test_setup_teardown(a_huge_payload_is_refused, open_reader,
                                        close_reader),
        cmocka_unit_test_setup_teardown(topics_of_the_station_itself_are_told_apart,
                                        open_reader, close_reader),
        cmocka_unit_test(the_serial_announces_the_portal),
        cmocka_unit_test(we_write_what_the_plugin_reads),
        cmocka_unit_test(a_portal_id_cannot_mean_anything_in_a_topic),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
