/* anonymise_test.c - what is personal goes, the same way everywhere; the rest stays. */
#include "check.h"

#include "actions/address.h"
#include "actions/anonymise.h"
#include "actions/made_up.h"
#include "actions/recording_files.h"
#include "model/snapshot.h"

#define READINGS_MAX 16
#define ARENA_MAX ((size_t)16 * 1024 * 1024)

/* One service of a made-up station; an empty path ends the list. */
struct told {
    const char *service;
    const char *device;
    struct {
        const char *path;
        const char *text; /* NULL: number */
        double number;
        bool is_json;
    } readings[READINGS_MAX];
};

static struct snapshot *snapshot_of(const struct told *told, size_t count)
{
    struct snapshot *snapshot = snapshot_new();

    assert_non_null(snapshot);
    for (size_t i = 0; i < count; i++) {
        struct report *report =
            report_new(str_from(told[i].service), str_from(told[i].device), READINGS_MAX);
        assert_non_null(report);
        for (size_t j = 0; j < READINGS_MAX && told[i].readings[j].path; j++) {
            const char *text = told[i].readings[j].text;
            struct value value = {.kind = VALUE_NUMBER,
                                  .number = told[i].readings[j].number};
            if (text)
                value = (struct value){
                    .kind = told[i].readings[j].is_json ? VALUE_JSON : VALUE_TEXT,
                    .text = str_from(text),
                };
            report_add(report, str_from(told[i].readings[j].path), value);
        }
        report_identify(report);
        snapshot_add(snapshot, report);
        report_release(report);
    }
    snapshot_sort(snapshot);
    return snapshot;
}

static struct snapshot *anonymous_of(const struct told *told, size_t count,
                                     struct anonymise_counts *counts)
{
    struct snapshot *snapshot = snapshot_of(told, count);
    struct snapshot *anonymous = NULL;

    assert_int_equal(anonymise_snapshot(snapshot, &anonymous, counts, NULL), ERR_OK);
    snapshot_release(snapshot);
    return anonymous;
}

static struct value value_at(const struct snapshot *snapshot, const char *device,
                             const char *path)
{
    const struct value *value =
        snapshot_find(snapshot, str_from(device), str_from(path), NULL);

    if (!value)
        fail_msg("nothing at %s %s", device, path);
    return *value;
}

/* The text, "[]" for what was left out. */
static struct str text_at(const struct snapshot *snapshot, const char *device,
                          const char *path)
{
    struct value value = value_at(snapshot, device, path);

    return value.kind == VALUE_NONE ? STR_OF("[]") : value.text;
}

/* ---- what each path's value becomes ---- */

static void each_value_is_treated_by_its_path(void **state)
{
    static const struct {
        const char *device, *path, *text, *expected;
    } cases[] = {
        {"system", "/Serial", "c0619ab4e53f", "c0ffee000001"},
        {"platform", "/Device/UniqueId", "c0619ab4e53f", "c0ffee000001"},
        {"vebus", "/Devices/0/SerialNumber", "HQ2252ABC01", "HQ000000001"},
        {"genset", "/Serial", "0000088", "0000001"},
        {"modem", "/IMEI", "356938035643809", "000000000000001"},
        {"switch", "/Serial", "ai", "01"},
        {"ev", "/VIN", "WVWZZZ1JZXW000001", "ZZZ00000000000001"},
        {"battery", "/CustomName", "Hausbank", "Name 1"},
        {"battery", "/CustomName", "", ""},
        {"battery", "/CustomName", "  ", "  "},
        {"battery", "/ProductName", "BMV-712 Smart", "BMV-712 Smart"},
        {"switch", "/SwitchableOutput/0/Settings/Group", "Kitchen", "Name 1"},
        {"digitalinputs", "/Devices/1/Label", "Front door", "Name 1"},
        {"tank", "/FirmwareVersion", "1.13.5.2", "1.13.5.2"},
        {"grid", "/Mgmt/Connection", "Modbus TCP 192.168.88.50", "Modbus TCP 192.0.2.1"},
        {"platform", "/Notifications/0/Description", "Zoe is sad", "Message 1"},
        {"modbustcp", "/LastError/Message", "src 10.1.2.3: no", "Message 1"},
        {"x", "/Any", "mail to jo.doe+x@my-boat.net.", "mail to user1@example.org."},
        {"x", "/Any", "from fe80::1:2:ff00, ::1", "from 2001:db8::1, ::1"},
        {"x", "/Any", "DC:A6:32:00:11:22 up", "02:00:00:00:00:01 up"},
        {"x", "/Any", "127.0.0.1 255.255.255.0", "127.0.0.1 255.255.255.0"},
        {"x", "/Any", "nothing personal", "nothing personal"},
        {"gps", "/Position/Latitude", "52.1", "[]"},
        {"platform", "/Network/Services", "{\"wifi\": {\"My network\": {}}}", "[]"},
        {"settings", "/Settings/Services/AccessPointPassword", "hunter2hunter2", "[]"},
        {"settings", "/Settings/SystemSetup/SystemName", "Zoe", "[]"},
        {"settings", "/Settings/System/TimeZone", "Europe/Berlin", "[]"},
        {"ble", "/Devices/1/Key", "0123456789ABCDEF0123456789ABCDEF", "[]"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct told told = {
            "", cases[i].device, {{.path = cases[i].path, .text = cases[i].text}}};
        struct anonymise_counts counts;
        struct snapshot *anonymous = anonymous_of(&told, 1, &counts);
        check_str(text_at(anonymous, cases[i].device, cases[i].path), cases[i].expected);
        snapshot_release(anonymous);
    }
}

static void numbers_stay_but_positions(void **state)
{
    static const struct {
        const char *device, *path;
        double number, expected;
    } cases[] = {
        {"battery", "/Dc/0/Voltage", 49.81, 49.81},
        {"pvinverter", "/Position", 2, 2},
        {"gps", "/Position/Latitude", 52.1, 30.5},
        {"gps", "/Position/Longitude", 4.9, -40.25},
        {"gps", "/Altitude", 17, 2},
        {"settings", "/Settings/CGwacs/AcPowerSetPoint", 50, 50},
        {"grid", "/Serial", 28900012, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct told told = {
            "", cases[i].device, {{.path = cases[i].path, .number = cases[i].number}}};
        struct anonymise_counts counts;
        struct snapshot *anonymous = anonymous_of(&told, 1, &counts);
        struct value value = value_at(anonymous, cases[i].device, cases[i].path);
        assert_int_equal(value.kind, VALUE_NUMBER);
        assert_true(value.number == cases[i].expected);
        snapshot_release(anonymous);
    }
}

/* ---- the same thing in many places ---- */

static const struct told boat[] = {
    {"com.victronenergy.acload.cg_BX18600000777",
     "acload",
     {{.path = "/Serial", .text = "BX18600000777"},
      {.path = "/CustomName", .text = "grid"},
      {.path = "/DeviceInstance", .number = 40}}},
    {"com.victronenergy.battery.socketcan_can0",
     "battery",
     {{.path = "/CustomName", .text = "Bank \xc3\xa4 "},
      {.path = "/DeviceInstance", .number = 512},
      {.path = "/ProductName", .text = "grid meter of BX18600000777"}}},
    {"com.victronenergy.ble",
     "ble",
     {{.path = "/Devices/f00f00d00abc/Name", .text = "Ruuvi 0ABC"},
      {.path = "/Interfaces/hci0/Address", .text = "F0:0F:00:D0:0A:BC"}}},
    {"com.victronenergy.settings",
     "settings",
     {{.path = "/Settings/Devices/cg_BX18600000777/Position", .number = 1},
      {.path = "/Settings/Fronius/Inverters/I10_0_0_41/Phase", .number = 1}}},
    {"com.victronenergy.system",
     "system",
     {{.path = "/Serial", .text = "b827eb000999"},
      {.path = "/AutoSelectedBatteryService", .text = "Bank \xc3\xa4 on CAN-bus"},
      {.path = "/Batteries",
       .text = "[{\"name\": \"Bank \xc3\xa4\", \"id\": \"x.cg_bx18600000777\", "
               "\"soc\": 81.0}]",
       .is_json = true},
      {.path = "/AvailableBatteryServices",
       .text = "{\"com.victronenergy.grid/1\": \"Bank \\u00e4\", \"default\": \"Bank "
               "\\u00e4\"}"},
      {.path = "/Info",
       .text = "B827EB000999 has Bank \xc3\xa4, grid, gridlock, 10.0.0.41"},
      {.path = "/GridService", .text = "com.victronenergy.grid.ttyUSB0"}}},
    {"com.victronenergy.temperature.ruuvi_f00f00d00abc",
     "temperature",
     {{.path = "/Temperature", .number = 21.5}}},
};

static void an_original_is_the_same_wherever_it_stands(void **state)
{
    static const struct {
        const char *device, *path, *expected;
    } cases[] = {
        {"acload", "/Serial", "BX00000000001"},
        {"acload", "/CustomName", "Name 1"},
        {"battery", "/CustomName", "Name 2"},
        {"battery", "/ProductName", "grid meter of BX00000000001"},
        {"ble", "/Interfaces/hci0/Address", "02:00:00:00:00:01"},
        {"ble", "/Devices/020000000001/Name", "Name 3"},
        {"system", "/Serial", "c0ffee000001"},
        {"system", "/Batteries",
         "[{\"name\": \"Name 2\", \"id\": \"x.cg_BX00000000001\", \"soc\": 81}]"},
        {"system", "/AvailableBatteryServices",
         "{\"com.victronenergy.grid/1\": \"Name 2\", \"default\": \"Name 2\"}"},
        {"system", "/Info", "c0ffee000001 has Name 2, Name 1, gridlock, 192.0.2.1"},
        {"system", "/GridService", "com.victronenergy.grid.ttyUSB0"},
    };
    struct anonymise_counts counts;
    struct snapshot *anonymous = anonymous_of(boat, COUNT(boat), &counts);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        check_str(text_at(anonymous, cases[i].device, cases[i].path), cases[i].expected);
    assert_true(
        value_at(anonymous, "settings", "/Settings/Devices/cg_BX00000000001/Position")
            .number == 1);
    assert_true(
        value_at(anonymous, "settings", "/Settings/Fronius/Inverters/I192_0_2_1/Phase")
            .number == 1);
    check_str(anonymous->reports[0]->service,
              "com.victronenergy.acload.cg_BX00000000001");
    check_str(anonymous->reports[5]->service,
              "com.victronenergy.temperature.ruuvi_020000000001");
    check_str(anonymous->reports[1]->instance, "512");
    assert_int_equal(counts.different[DATUM_SERIAL], 1);
    assert_int_equal(counts.places[DATUM_SERIAL], 5);
    assert_int_equal(counts.different[DATUM_MAC], 1);
    snapshot_release(anonymous);
}

static void a_second_recording_and_another_order_give_the_same(void **state)
{
    struct told turned[COUNT(boat)];
    struct anonymise_counts counts;
    struct arena arena = arena_new(ARENA_MAX);
    struct recording_files first, second;

    (void)state;
    for (size_t i = 0; i < COUNT(boat); i++) {
        turned[i] = boat[i];
        size_t n = 0;
        while (n < READINGS_MAX && boat[i].readings[n].path)
            n++;
        for (size_t j = 0; j < n; j++)
            turned[i].readings[j] = boat[i].readings[n - 1 - j];
    }
    struct snapshot *one = anonymous_of(boat, COUNT(boat), &counts);
    struct snapshot *other = anonymous_of(turned, COUNT(turned), &counts);
    assert_int_equal(recording_files_in(&arena, one, &first, NULL), ERR_OK);
    assert_int_equal(recording_files_in(&arena, other, &second, NULL), ERR_OK);
    assert_int_equal(first.count, COUNT(boat) + 3);
    assert_int_equal(second.count, first.count);
    for (size_t i = 0; i < first.count; i++) {
        assert_string_equal(first.items[i].name, second.items[i].name);
        assert_true(str_equal(first.items[i].content, second.items[i].content));
    }
    snapshot_release(one);
    snapshot_release(other);
    arena_free(&arena);
}

/* A made-up serial that is another device's real one would be no replacement. */
static void nothing_made_up_is_an_original(void **state)
{
    static const struct told told[] = {
        {"", "grid", {{.path = "/Serial", .text = "HQ11112222333"}}},
        {"", "tank", {{.path = "/Serial", .text = "HQ00000000001"}}},
        {"", "vebus", {{.path = "/CustomName", .text = "Name 1"}}},
    };
    struct anonymise_counts counts;
    struct snapshot *anonymous = anonymous_of(told, COUNT(told), &counts);

    (void)state;
    check_str(text_at(anonymous, "grid", "/Serial"), "HQ00000000002");
    check_str(text_at(anonymous, "tank", "/Serial"), "HQ00000000003");
    check_str(text_at(anonymous, "vebus", "/CustomName"), "Name 2");
    snapshot_release(anonymous);
}

/* What stands by chance in other texts must not tear them apart. */
static void short_and_plain_originals_stay_at_their_place(void **state)
{
    static const struct told told[] = {
        {"com.victronenergy.battery.can0",
         "battery",
         {{.path = "/Serial", .text = "battery"},
          {.path = "/CustomName", .text = "12"},
          {.path = "/Link/Text", .text = "battery 12 on can0 is A"}}},
        {"com.victronenergy.tank.can0",
         "tank",
         {{.path = "/Serial", .text = "can0"}, {.path = "/CustomName", .text = "A"}}},
    };
    struct anonymise_counts counts;
    struct snapshot *anonymous = anonymous_of(told, COUNT(told), &counts);

    (void)state;
    check_str(anonymous->reports[0]->service, "com.victronenergy.battery.can0");
    check_str(text_at(anonymous, "battery", "/Link/Text"), "battery 12 on can0 is A");
    check_str(text_at(anonymous, "battery", "/Serial"), "0000001");
    check_str(text_at(anonymous, "battery", "/CustomName"), "Name 1");
    snapshot_release(anonymous);
}

/* ---- parts ---- */

static void addresses_are_found_whole_or_not_at_all(void **state)
{
    static const struct {
        const char *text;
        size_t at;
        enum datum datum;
        const char *expected;
    } cases[] = {
        {"10.0.0.41 - 126", 0, DATUM_IPV4, "10.0.0.41"},
        {"10.0.0.41:502", 0, DATUM_IPV4, "10.0.0.41"},
        {"10.0.0.41.", 0, DATUM_IPV4, "10.0.0.41"},
        {"I10_0_0_41_126", 1, DATUM_IPV4, "10_0_0_41"},
        {"10.0.0.41", 1, DATUM_TEXT, ""},
        {"10.0.0.256", 0, DATUM_TEXT, ""},
        {"10.0.0.4.1", 0, DATUM_TEXT, ""},
        {"v1.2.3.4", 1, DATUM_TEXT, ""},
        {"1.7.3", 0, DATUM_TEXT, ""},
        {"224.0.0.251", 0, DATUM_TEXT, ""},
        {"::ffff:192.168.88.20: Error", 0, DATUM_IPV6, "::ffff:192.168.88.20"},
        {"[2a02:810::1]:80", 1, DATUM_IPV6, "2a02:810::1"},
        {"std::dead", 3, DATUM_TEXT, ""},
        {"12:34:56", 0, DATUM_TEXT, ""},
        {"::", 0, DATUM_TEXT, ""},
        {"dc-a6-32-00-11-22", 0, DATUM_MAC, "dc-a6-32-00-11-22"},
        {"dc:a6:32-00:11:22", 0, DATUM_TEXT, ""},
        {"a14b9f23c5e6_ruuvi", 0, DATUM_MAC, "a14b9f23c5e6"},
        {"a14b9f23c5e6a", 0, DATUM_TEXT, ""},
        {"202310180915", 0, DATUM_TEXT, ""},
        {"ff:ff:ff:ff:ff:ff", 0, DATUM_TEXT, ""},
        {"000000000000", 0, DATUM_TEXT, ""},
        {"jo@x.org", 0, DATUM_MAIL, "jo@x.org"},
        {"jo@x.org", 1, DATUM_TEXT, ""},
        {"jo@boat", 0, DATUM_TEXT, ""},
        {"", 0, DATUM_TEXT, ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address address = address_at(str_from(cases[i].text), cases[i].at);
        check_str(address.text, cases[i].expected);
        assert_int_equal(address.datum, cases[i].datum);
    }
}

static void made_up_data_keeps_the_form(void **state)
{
    static const struct {
        enum datum datum;
        size_t number;
        const char *original, *expected;
    } cases[] = {
        {DATUM_SERIAL, 7, "HQ2252SIM01", "HQ000000007"},
        {DATUM_SERIAL, 7, "afd683", "000007"},
        {DATUM_SERIAL, 7, "BATTERY", "0000007"},
        {DATUM_SERIAL, 123, "a1", "a123"},
        {DATUM_MAC, 300, "DC-A6-32-00-11-22", "02-00-00-00-01-2c"},
        {DATUM_IPV4, 254, "10.0.0.1", "192.0.2.254"},
        {DATUM_IPV4, 255, "10.0.0.1", "198.18.0.255"},
        {DATUM_IPV6, 17, "fe80::1", "2001:db8::11"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_new(64);
        made_up_add(cases[i].datum, cases[i].number, str_from(cases[i].original), &out);
        check_str(buf_str(&out), cases[i].expected);
        buf_free(&out);
    }
}

/* ---- files ---- */

static void files_are_what_the_api_answers(void **state)
{
    static const struct told told[] = {
        {"com.victronenergy.tank.a/../b",
         "tank",
         {{.path = "/A", .number = 81},
          {.path = "/B", .number = 49.81},
          {.path = "/C", .number = 1e18},
          {.path = "/D", .text = "\xce\xa9 \xf0\x9f\x8c\x9e \"\n\x7f"},
          {.path = "/E", .text = "[1.5, {\"k\": []}]", .is_json = true}}},
        {"", "system", {{.path = "/A", .number = 0}}},
        {"", "tank", {{.path = "/Identifier", .text = "hall 2"}}},
        {"", "tank", {{.path = "/Identifier", .text = "hall/2"}}},
        {"com.victronenergy.vebus.ttyO1", "vebus", {{.path = NULL}}},
    };
    static const char *const names[] = {
        "recording.json",
        "settings.json",
        "com.victronenergy.system.json",
        "com.victronenergy.tank.a_.._b.json",
        "com.victronenergy.tank.ihall_2.json",
        "com.victronenergy.tank.ihall_2_2.json",
        "services.json",
    };
    struct snapshot *snapshot = snapshot_of(told, COUNT(told));
    struct arena arena = arena_new(ARENA_MAX);
    struct recording_files files;

    (void)state;
    assert_int_equal(recording_files_in(&arena, snapshot, &files, NULL), ERR_OK);
    assert_int_equal(files.count, COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++)
        assert_string_equal(files.items[i].name, names[i]);
    assert_true(recording_files_are_ours(files.items[0].content));
    check_str(files.items[3].content,
              "{\n"
              "  \"service\": \"com.victronenergy.tank.a_.._b\",\n"
              "  \"path\": \"/\",\n"
              "  \"value\": {\n"
              "    \"A\": 81,\n"
              "    \"B\": 49.81,\n"
              "    \"C\": 1000000000000000000,\n"
              "    \"D\": \"\\u03a9 \\ud83c\\udf1e \\\"\\n\\u007f\",\n"
              "    \"E\": [\n"
              "      1.5,\n"
              "      {\n"
              "        \"k\": []\n"
              "      }\n"
              "    ]\n"
              "  },\n"
              "  \"success\": true\n"
              "}");
    snapshot_release(snapshot);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_is_treated_by_its_path),
        cmocka_unit_test(numbers_stay_but_positions),
        cmocka_unit_test(an_original_is_the_same_wherever_it_stands),
        cmocka_unit_test(a_second_recording_and_another_order_give_the_same),
        cmocka_unit_test(nothing_made_up_is_an_original),
        cmocka_unit_test(short_and_plain_originals_stay_at_their_place),
        cmocka_unit_test(addresses_are_found_whole_or_not_at_all),
        cmocka_unit_test(made_up_data_keeps_the_form),
        cmocka_unit_test(files_are_what_the_api_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
