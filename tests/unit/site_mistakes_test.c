/* site_mistakes_test.c - what is refused in a site file, word for word. */
#include "check.h"

#include "config/site_file.h"

#define TEXT_MAX ((size_t)64 * 1024)

/* Each row: a file, and every line that it is answered with. */
static void mistakes_name_place_value_and_what_is_allowed(void **state)
{
    static const struct {
        const char *json, *mistakes;
    } cases[] = {
        {"{\"parameters\": {\"soc_low_ratio\": 20}}",
         "site.json: parameters: soc_low_ratio 20: allowed 0 to 1\n"},
        {"{\"parameters\": {\"soc_low_ratio\": \"0.2\"}}",
         "site.json: parameters: soc_low_ratio \"0.2\": allowed 0 to 1\n"},
        {"{\"parameters\": {\"soc_low_ratio\": true}}",
         "site.json: parameters: soc_low_ratio true: allowed 0 to 1\n"},
        {"{\"parameters\": {\"soc_low_ratio\": null}}",
         "site.json: parameters: soc_low_ratio null: allowed 0 to 1\n"},
        {"{\"parameters\": {\"net_metering\": 0.5}}",
         "site.json: parameters: net_metering 0.5: allowed a whole number from 0 to 1\n"},
        /* the units that people have at hand are out of range */
        {"{\"parameters\": {\"battery_capacity_joules\": 14.3}}",
         "site.json: parameters: battery_capacity_joules 14.3: allowed 36000 to "
         "3600000000000\n"},
        {"{\"parameters\": {\"battery_capacity_coulombs\": 280}}",
         "site.json: parameters: battery_capacity_coulombs 280: allowed 3600 to "
         "360000000\n"},
        {"{\"parameters\": {\"soc_lo_ratio\": 0.2}}",
         "site.json: parameters: soc_lo_ratio: is no parameter: did you mean "
         "soc_low_ratio?\n"},
        {"{\"parameters\": {\"zzz\": 0.2}}",
         "site.json: parameters: zzz: is no parameter: allowed are those of "
         "docs/site-file.md\n"},
        {"{\"parameters\": []}",
         "site.json: parameters [...]: allowed an object, {...}\n"},
        {"{\"parameters\": {\"temperature_high_celsius\": 8}}",
         "site.json: parameters: temperature_high_celsius: stands in the wrong place: "
         "allowed for a device\n"},
        {"{\"parameters\": {\"pv_azimuth_degrees\": 180}}",
         "site.json: parameters: pv_azimuth_degrees: stands in the wrong place: allowed "
         "for a device or a tracker\n"},
        {"{\"parameters\": {\"trackers\": {}}}",
         "site.json: parameters: trackers: is no parameter: allowed are those of "
         "docs/site-file.md\n"},
        {"{\"devices\": {\"grid/30\": {\"net_metering\": 1}}}",
         "site.json: devices: grid/30: net_metering: stands in the wrong place: allowed "
         "in parameters\n"},
        {"{\"devices\": {\"solarcharger/279\": {\"pv_peak_watts\": 3}}}",
         "site.json: devices: solarcharger/279: pv_peak_watts 3: allowed 10 to "
         "1000000000\n"},
        {"{\"devices\": {\"solarcharger/1\": {\"trackers\": {\"0\": {\"soc_low_ratio\": "
         "1}}}}}",
         "site.json: devices: solarcharger/1: trackers: 0: soc_low_ratio: stands in the "
         "wrong place: allowed in parameters and for a device\n"},
        {"{\"devices\": {\"solarcharger/1\": {\"trackers\": {\"A\": {}, \"100\": {}, "
         "\"1\": 5}}}}",
         "site.json: devices: solarcharger/1: trackers: A: is no tracker: allowed \"0\" "
         "to \"99\"\n"
         "site.json: devices: solarcharger/1: trackers: 100: is no tracker: allowed "
         "\"0\" to \"99\"\n"
         "site.json: devices: solarcharger/1: trackers: 1 5: allowed an object, {...}\n"},
        {"{\"devices\": {\"battery/1\": {\"trackers\": null}}}",
         "site.json: devices: battery/1: trackers null: allowed an object, {...}\n"},
        {"{\"devices\": {\"solarcharger\": {}, \"x/\": {}, \"/1\": {}, \"A/1\": {}}}",
         "site.json: devices: solarcharger: is no device: allowed type/instance, e.g. "
         "solarcharger/279\n"
         "site.json: devices: x/: is no device: allowed type/instance, e.g. "
         "solarcharger/279\n"
         "site.json: devices: /1: is no device: allowed type/instance, e.g. "
         "solarcharger/279\n"
         "site.json: devices: A/1: is no device: allowed type/instance, e.g. "
         "solarcharger/279\n"},
        {"{\"expected\": {\"battery\": 1.5, \"Grid\": 1, \"\": 1, \"vebus\": 257}}",
         "site.json: expected: battery 1.5: allowed a whole number from 0 to 256\n"
         "site.json: expected: Grid: is no device type: allowed e.g. battery\n"
         "site.json: expected: : is no device type: allowed e.g. battery\n"
         "site.json: expected: vebus 257: allowed a whole number from 0 to 256\n"},
        {"{\"time_zone\": \"UTC\"}",
         "site.json: time_zone: is no key: did you mean timezone?\n"},
        {"{\"timezone\": \"Europe/Belin\"}",
         "site.json: timezone \"Europe/Belin\": is no time zone here "
         "(/usr/share/zoneinfo/Europe/Belin: No such file or directory): allowed an IANA "
         "name, e.g. Europe/Berlin\n"},
        {"{\"timezone\": 2}",
         "site.json: timezone 2: allowed a text of 1 to 256 bytes\n"},
        {"{\"name\": \"\"}", "site.json: name \"\": allowed a text of 1 to 256 bytes\n"},
        {"{\"grid_profile\": \"EU\"}",
         "site.json: grid_profile \"EU\": allowed eu, uk, us, au, za, weak\n"},
        {"{\"grid_class\": \"strong\"}",
         "site.json: grid_class \"strong\": allowed normal, weak\n"},
        {"{\"chemistry\": [\"lfp\"]}",
         "site.json: chemistry [...]: allowed lfp, nmc, lead\n"},
        {"{\"latitude\": 90.1, \"longitude\": -180.1}",
         "site.json: latitude 90.1: allowed -90 to 90\n"
         "site.json: longitude -180.1: allowed -180 to 180\n"},
        {"{\"latitude\": 1}",
         "site.json: latitude without longitude: allowed both or none\n"},
        {"[]", "site.json: allowed one JSON object, {...}\n"},
    };
    struct site_file untouched = {.parameter_count = 42};
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf mistakes = buf_new(TEXT_MAX);
        assert_int_equal(site_file_parse(STR_OF("site.json"), str_from(cases[i].json),
                                         &untouched, &mistakes),
                         ERR_USAGE);
        check_str(buf_str(&mistakes), cases[i].mistakes);
        buf_free(&mistakes);
    }
    assert_int_equal(untouched.parameter_count, 42);
}

/* What the JSON library says is its own, but file and place come first. */
static void mistakes_stay_in_their_line(void **state)
{
    static const struct {
        const char *json, *head;
    } cases[] = {
        {"{\"chemistry\": \"a\\nb\\u001b[2J\"}", "site.json: chemistry \"a b [2J\""},
        {"{\"a\\nb\": 1}", "site.json: a b: is no key"},
        {"{\"parameters\": {\"a\\nb\": 1}}", "site.json: parameters: a b: is no"},
        {"{\"devices\": {\"a\\nb/1\": {}}}", "site.json: devices: a b/1: is no device"},
        {"{\"name\": \"\\u0000\"}", "site.json: line 1, column "},
        {"{\"name\": \"\xff\"}", "site.json: line 1, column "},
        {"{\"parameters\": {\"soc_low_ratio\": 1e999}}", "site.json: line 1, column "},
        {"{\"name\": \"ends here", "site.json: line 1, column "},
        {"{\"name\": \"a\",\n \"name\": \"b\"}", "site.json: line 2, column "},
        {"{\"name\":\n \"a\",}", "site.json: line 2, column "},
        {"{} {}", "site.json: line 1, column "},
        {"", "site.json: line 1, column "},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf mistakes = buf_new(TEXT_MAX);
        struct site_file site;
        assert_int_equal(site_file_parse(STR_OF("site.json"), str_from(cases[i].json),
                                         &site, &mistakes),
                         ERR_USAGE);
        struct str rest = buf_str(&mistakes);
        struct str line = str_cut(&rest, '\n');
        if (!str_starts_with(line, str_from(cases[i].head)) || rest.n)
            fail_msg("got \"%.*s\"", STR_ARG(buf_str(&mistakes)));
        buf_free(&mistakes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_name_place_value_and_what_is_allowed),
        cmocka_unit_test(mistakes_stay_in_their_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
