/* site_file_test.c - JSON in, a site out; the docs say the same. */
#include "check.h"

#include <math.h>

#include "config/site_file.h"
#include "config/site_keys.h"
#include "config/site_parameters.h"

#define TEXT_MAX ((size_t)1024 * 1024)

static void parse_well(const char *json, struct site_file *site)
{
    struct buf mistakes = buf_new(TEXT_MAX);

    if (site_file_parse(STR_OF("site.json"), str_from(json), site, &mistakes) != ERR_OK)
        fail_msg("refused: %.*s", STR_ARG(buf_str(&mistakes)));
    assert_int_equal(mistakes.n, 0);
    buf_free(&mistakes);
}

static const char whole[] =
    "{\"name\": \"Mill \\\"house\\\"\", \"region\": \"alps\","
    " \"timezone\": \"Europe/Berlin\", \"grid_profile\": \"us\", \"grid_class\": "
    "\"weak\","
    " \"chemistry\": \"lead\", \"latitude\": -33, \"longitude\": 151.2,"
    " \"expected\": {\"vebus\": 1, \"battery\": 2, \"grid\": 0},"
    " \"parameters\": {\"soc_low_ratio\": 0.3, \"commissioned_timestamp_seconds\":"
    " 1600000000},"
    " \"devices\": {\"solarcharger/279\": {\"pv_peak_watts\": 3000, \"trackers\":"
    " {\"1\": {\"pv_peak_watts\": 1500.5}, \"0\": {\"pv_peak_watts\": 1499.5}}},"
    " \"battery/x/1\": {\"soc_low_ratio\": 0}}}";

static void a_whole_file_is_read(void **state)
{
    struct site_file site;
    (void)state;

    parse_well(whole, &site);
    check_str(site.name, "Mill \"house\"");
    check_str(site.region, "alps");
    check_str(site.timezone, "Europe/Berlin");
    check_str(site.grid_profile, "us");
    check_str(site.grid_class, "weak");
    check_str(site.chemistry, "lead");
    assert_true(site.has_latitude && site.has_longitude);
    assert_true(site.latitude_degrees == -33 && site.longitude_degrees == 151.2);
    site_file_free(&site);
}

static void parameters_keep_their_owners_and_order(void **state)
{
    static const struct {
        const char *name, *device, *instance, *tracker;
        double value;
    } expected[] = {
        {"soc_low_ratio", "", "", "", 0.3},
        {"commissioned_timestamp_seconds", "", "", "", 1600000000},
        {"pv_peak_watts", "solarcharger", "279", "", 3000},
        {"pv_peak_watts", "solarcharger", "279", "1", 1500.5},
        {"pv_peak_watts", "solarcharger", "279", "0", 1499.5},
        {"soc_low_ratio", "battery", "x/1", "", 0},
    };
    struct site_file site;
    (void)state;

    parse_well(whole, &site);
    assert_int_equal(site.parameter_count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        check_str(site.parameters[i].name, expected[i].name);
        check_str(site.parameters[i].device, expected[i].device);
        check_str(site.parameters[i].instance, expected[i].instance);
        check_str(site.parameters[i].tracker, expected[i].tracker);
        assert_true(site.parameters[i].value == expected[i].value);
    }
    site_file_free(&site);
}

static void expected_devices_are_counted(void **state)
{
    static const struct {
        const char *device;
        double count;
    } expected[] = {{"vebus", 1}, {"battery", 2}, {"grid", 0}};
    struct site_file site;
    (void)state;

    parse_well(whole, &site);
    assert_int_equal(site.expected_count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        check_str(site.expected[i].device, expected[i].device);
        assert_true(site.expected[i].count == expected[i].count);
    }
    site_file_free(&site);
}

static void an_empty_file_says_nothing(void **state)
{
    struct site_file site;
    double offset = 42;
    (void)state;

    parse_well("{}", &site);
    assert_int_equal(site.name.n + site.timezone.n + site.chemistry.n, 0);
    assert_int_equal(site.parameter_count + site.expected_count, 0);
    assert_false(site.has_latitude || site.has_longitude);
    assert_false(site_file_timezone_offset(&site, 1782864000, &offset));
    assert_true(offset == 42);
    site_file_free(&site);
    site_file_free(&site);
    site_file_free(NULL);
}

static void the_offset_follows_the_seasons(void **state)
{
    struct site_file site;
    double offset = 0;
    (void)state;

    parse_well("{\"timezone\": \"Europe/Berlin\"}", &site);
    assert_true(site_file_timezone_offset(&site, 1774745999.999, &offset));
    assert_true(offset == 3600);
    assert_true(site_file_timezone_offset(&site, 1774746000.0, &offset));
    assert_true(offset == 7200);
    assert_false(site_file_timezone_offset(&site, NAN, &offset));
    assert_false(site_file_timezone_offset(&site, 1e300, &offset));
    site_file_free(&site);
}

/* Adds {"p0": value, "p1": value, ...}. */
static void add_object(struct buf *json, const char *key, size_t count, const char *value)
{
    buf_add_char(json, '{');
    for (size_t i = 0; i < count; i++)
        buf_printf(json, "%s\"%s%zu\": %s", i ? "," : "", key, i, value);
    buf_add_char(json, '}');
}

static void check_refused(struct buf *json, const char *mistakes_expected)
{
    struct buf mistakes = buf_new(TEXT_MAX);
    struct site_file site;

    assert_false(json->failed);
    assert_int_equal(site_file_parse(STR_OF("s"), buf_str(json), &site, &mistakes),
                     ERR_USAGE);
    check_str(buf_str(&mistakes), mistakes_expected);
    buf_free(&mistakes);
    buf_free(json);
}

static void there_is_a_most_of_everything(void **state)
{
    struct buf devices = buf_new(TEXT_MAX);
    struct buf types = buf_new(TEXT_MAX);
    struct site_file site;
    struct buf mistakes = buf_new(TEXT_MAX);
    (void)state;

    buf_add_text(&devices, "{\"devices\": ");
    add_object(&devices, "battery/", SITE_PARAMETERS_MAX, "{\"soc_low_ratio\": 0.1}");
    buf_add_text(&devices, "}");
    assert_int_equal(site_file_parse(STR_OF("s"), buf_str(&devices), &site, &mistakes),
                     ERR_OK);
    assert_int_equal(site.parameter_count, SITE_PARAMETERS_MAX);
    site_file_free(&site);

    devices.n--;
    buf_add_text(&devices, ", \"parameters\": {\"soc_low_ratio\": 0.1}}");
    check_refused(&devices, "s: has 4097 parameters: allowed 4096\n");

    buf_add_text(&types, "{\"expected\": ");
    add_object(&types, "type", SITE_EXPECTED_MAX + 1, "1");
    buf_add_text(&types, "}");
    check_refused(&types, "s: expected: has 65 device types: allowed 64\n");
    buf_free(&mistakes);
}

static bool ends_in_a_unit(struct str name)
{
    static const struct str units[] = {
        STR("_volts"),     STR("_amperes"), STR("_watts"),    STR("_hertz"),
        STR("_celsius"),   STR("_joules"),  STR("_coulombs"), STR("_ratio"),
        STR("_seconds"),   STR("_pascals"), STR("_ohms"),     STR("_degrees"),
        STR("_per_second")};
    static const struct str without[] = {STR("maintenance"),
                                         STR("net_metering"),
                                         STR("cycles_life"),
                                         STR("grid_code"),
                                         STR("firmware_minimum_version"),
                                         STR("inverter_off_expected"),
                                         STR("generator_autostart_expected")};

    for (size_t i = 0; i < COUNT(units); i++)
        if (str_ends_with(name, units[i]))
            return true;
    for (size_t i = 0; i < COUNT(without); i++)
        if (str_equal(name, without[i]))
            return true;
    return false;
}

static void every_parameter_has_a_unit_a_range_and_a_place(void **state)
{
    (void)state;

    for (size_t i = 0; i < site_parameters_count; i++) {
        const struct site_parameter_row *row = &site_parameters_table[i];
        if (!ends_in_a_unit(row->name))
            fail_msg("%s ends in no base unit", row->name.p);
        assert_true(row->min < row->max);
        assert_true(row->traits & (ON_SITE | ON_DEVICE));
        assert_true(row->meaning[0] && row->fallback[0]);
        assert_ptr_equal(site_parameters_find(row->name), row);
        bool is_share = str_ends_with(row->name, STR_OF("_ratio"));
        assert_true(!is_share || row->max <= 1.5);
    }
}

static void the_docs_hold_every_key_and_parameter(void **state)
{
    struct buf markdown = buf_new(TEXT_MAX);
    (void)state;

    site_file_markdown(&markdown);
    assert_false(markdown.failed);
    for (size_t i = 0; i < site_keys_count; i++) {
        struct buf row = buf_new(TEXT_MAX);
        buf_printf(&row, "\n| `%s` | ", site_keys_table[i].name.p);
        assert_true(str_contains(buf_str(&markdown), buf_str(&row)));
        buf_free(&row);
    }
    for (size_t i = 0; i < site_parameters_count; i++) {
        struct buf row = buf_new(TEXT_MAX);
        buf_printf(&row, "\n| `%s` | ", site_parameters_table[i].name.p);
        assert_true(str_contains(buf_str(&markdown), buf_str(&row)));
        buf_free(&row);
    }
    buf_free(&markdown);
}

/* The example that the docs begin with, between its fences. */
static void the_example_of_the_docs_is_a_good_file(void **state)
{
    static const struct str fence = STR("```json\n");
    struct buf markdown = buf_new(TEXT_MAX);
    struct buf mistakes = buf_new(TEXT_MAX);
    struct site_file site;
    (void)state;

    site_file_markdown(&markdown);
    struct str rest = buf_str(&markdown);
    while (rest.n && !str_starts_with(rest, fence))
        rest = str_skip(rest, 1);
    rest = str_skip(rest, fence.n);
    struct str example = str_cut(&rest, '`');
    assert_int_equal(site_file_parse(STR_OF("docs"), example, &site, &mistakes), ERR_OK);
    assert_int_equal(site.parameter_count, 4);
    site_file_free(&site);
    buf_free(&mistakes);
    buf_free(&markdown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_file_is_read),
        cmocka_unit_test(parameters_keep_their_owners_and_order),
        cmocka_unit_test(expected_devices_are_counted),
        cmocka_unit_test(an_empty_file_says_nothing),
        cmocka_unit_test(the_offset_follows_the_seasons),
        cmocka_unit_test(there_is_a_most_of_everything),
        cmocka_unit_test(every_parameter_has_a_unit_a_range_and_a_place),
        cmocka_unit_test(the_docs_hold_every_key_and_parameter),
        cmocka_unit_test(the_example_of_the_docs_is_a_good_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
