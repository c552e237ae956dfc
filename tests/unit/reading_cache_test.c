/* reading_cache_test.c - what is known of a station: values come, change, leave. */
#include "check.h"

#include "base/buf.h"
#include "cache_input.h"

static void a_device_is_a_report(void **state)
{
    assert_true(put_number(state, "battery", "512", "/Soc", 81));
    assert_true(put_text(state, "/ProductName", STR_OF("Lynx")));
    struct report *report = report_in(state, 0, "battery", 2);

    check_str(report->service, "");
    check_str(report->instance, "512");
    assert_int_equal(report->outcome, ERR_OK);
    assert_true(report->updated_at == NOW);
    check_str(report_find(report, STR_OF("/ProductName"))->text, "Lynx");
    assert_true(report_find(report, STR_OF("/Soc"))->number == 81);
    check_str(report->readings[0].path, "/ProductName"); /* in the order of paths */
    report_release(report);
}

static void a_clock_that_is_set_back_takes_all_times_along(void **state)
{
    (void)put_number(state, "battery", "512", "/Soc", 81);
    report_release(report_in(state, 0, "battery", 1));
    reading_cache_set_back(*state, 100);
    struct report *report = report_in(state, 0, "battery", 1);

    assert_true(report->updated_at == NOW - 100);
    report_release(report);
}

static void the_last_value_counts_whatever_its_kind(void **state)
{
    struct reading_place place = place_at("battery", "512", "/X");
    static const struct value values[] = {
        {.kind = VALUE_TEXT, .text = STR("text")}, {.kind = VALUE_NUMBER, .number = 1},
        {.kind = VALUE_JSON, .text = STR("[1]")},  {.kind = VALUE_NONE},
        {.kind = VALUE_TEXT, .text = STR("")},     {.kind = VALUE_NUMBER, .number = -0.5},
    };

    for (size_t i = 0; i < COUNT(values); i++) {
        assert_true(reading_cache_put(*state, &place, &values[i], NOW));
        struct report *report = report_in(state, 0, "battery", 1);
        assert_int_equal(report->readings[0].value.kind, values[i].kind);
        assert_true(report->readings[0].value.number == values[i].number);
        assert_true(str_equal(report->readings[0].value.text, values[i].text));
        report_release(report);
    }
}

static void the_same_path_of_other_devices_is_another(void **state)
{
    (void)put_number(state, "battery", "0", "/Soc", 1);
    (void)put_number(state, "battery", "1", "/Soc", 2);
    (void)put_number(state, "tank", "0", "/Soc", 3);
    check_device(state, 0, "battery", 1);
    check_device(state, 1, "battery", 1);
    check_device(state, 2, "tank", 1);
    check_free(state, 3);
}

/* Reports of a device share its paths as long as those stay. */
static void a_report_keeps_its_paths_when_others_come_and_go(void **state)
{
    (void)put_number(state, "battery", "512", "/Soc", 81);
    (void)put_number(state, "battery", "512", "/Dc/0/Voltage", 52);
    struct report *before = report_in(state, 0, "battery", 2);

    (void)put_number(state, "battery", "512", "/Soc", 82);
    struct report *moved = report_in(state, 0, "battery", 2);
    assert_ptr_equal(before->paths, moved->paths);
    (void)put_number(state, "battery", "512", "/Alarms/LowVoltage", 0);
    struct report *grown = report_in(state, 0, "battery", 3);
    remove_at(state, "battery", "512", "/Dc/0/Voltage");
    struct report *shrunk = report_in(state, 0, "battery", 2);
    reading_cache_clear(*state);

    assert_true(report_find(before, STR_OF("/Soc"))->number == 81);
    assert_true(report_find(moved, STR_OF("/Soc"))->number == 82);
    check_str(before->readings[0].path, "/Dc/0/Voltage");
    check_str(grown->readings[0].path, "/Alarms/LowVoltage");
    check_str(grown->readings[2].path, "/Soc");
    check_str(shrunk->readings[1].path, "/Soc");
    assert_true(report_find(shrunk, STR_OF("/Soc"))->number == 82);
    report_release(before);
    report_release(moved);
    report_release(grown);
    report_release(shrunk);
}

static void an_unchanged_device_gives_the_same_report(void **state)
{
    (void)put_number(state, "battery", "512", "/Soc", 81);
    (void)put_number(state, "tank", "3", "/Level", 5);
    struct report *battery = report_in(state, 0, "battery", 1);
    struct report *tank = report_in(state, 1, "tank", 1);

    (void)put_number(state, "tank", "3", "/Level", 6);
    struct report *battery_again = report_in(state, 0, "battery", 1);
    struct report *tank_again = report_in(state, 1, "tank", 1);
    assert_ptr_equal(battery, battery_again);
    assert_ptr_not_equal(tank, tank_again);
    assert_true(tank->readings[0].value.number == 5); /* a report never changes */
    assert_true(tank_again->readings[0].value.number == 6);
    report_release(battery);
    report_release(battery_again);
    report_release(tank);
    report_release(tank_again);
}

static void a_device_goes_with_its_last_path(void **state)
{
    (void)put_number(state, "tank", "3", "/Level", 5);
    (void)put_number(state, "tank", "3", "/Remaining", 1);
    (void)put_number(state, "battery", "512", "/Soc", 81);
    remove_at(state, "tank", "3", "/Level");
    check_device(state, 0, "tank", 1);
    remove_at(state, "tank", "3", "/Remaining");
    check_free(state, 0);
    remove_at(state, "tank", "3", "/Remaining");
    remove_at(state, "tank", "4", "/Level");
    check_device(state, 1, "battery", 1); /* keeps its slot */
    (void)put_number(state, "grid", "30", "/Ac/Power", 1);
    check_device(state, 0, "grid", 1);
}

static void a_refused_value_hides_the_older_one(void **state)
{
    struct reading_place place = place_at("battery", "512", "/Soc");

    (void)put_number(state, "battery", "512", "/Soc", 81);
    (void)put_number(state, "battery", "512", "/Soh", 99);
    reading_cache_refuse(*state, &place, REFUSAL_MALFORMED, NOW);
    struct report *report = report_in(state, 0, "battery", 1);
    assert_int_equal(report->refused[REFUSAL_MALFORMED], 1);
    report_release(report);

    (void)put_number(state, "battery", "512", "/Soc", 80);
    report = report_in(state, 0, "battery", 2);
    assert_int_equal(report->refused[REFUSAL_MALFORMED], 0);
    report_release(report);
}

static void devices_beyond_the_limit_are_dropped(void **state)
{
    char instance[NAME_MAX_BYTES];

    for (size_t i = 0; i < LIMIT_SERVICES + 10; i++) {
        (void)snprintf(instance, sizeof instance, "%zu", i);
        bool is_kept = put_number(state, "tank", instance, "/Level", 1);
        assert_int_equal(is_kept, i < LIMIT_SERVICES);
    }
    assert_int_equal(count_devices(state), LIMIT_SERVICES);
    remove_at(state, "tank", "7", "/Level");
    assert_true(put_number(state, "tank", "new", "/Level", 1));
}

static void put_many(void **state, size_t count)
{
    char path[NAME_MAX_BYTES];

    for (size_t i = 0; i < count; i++) {
        (void)snprintf(path, sizeof path, "/Many/%zu", i);
        bool is_kept = put_number(state, "battery", "512", path, 1);
        assert_int_equal(is_kept, i < LIMIT_VALUES);
    }
}

static void values_beyond_the_limit_are_dropped_and_counted(void **state)
{
    reading_cache_begin_full(*state);
    put_many(state, LIMIT_VALUES + 10);
    (void)reading_cache_end_full(*state, FULL_OVERDUE);
    assert_true(put_number(state, "battery", "512", "/Many/0", 2)); /* known ones live */
    check_device(state, 0, "battery", LIMIT_VALUES);

    reading_cache_clear(*state);
    reading_cache_begin_full(*state);
    (void)put_number(state, "system", "0", "/Dc/Battery/Soc", 81);
    (void)put_text(state, "/Name", STR_OF("x"));
    for (size_t i = 0; i < 3; i++) {
        struct reading_place place = place_at("battery", "512", "/TooLong");
        reading_cache_refuse(*state, &place, REFUSAL_LIMIT, NOW);
    }
    assert_true(reading_cache_end_full(*state, FULL_ANSWERED));
    struct report *report = report_in(state, 1, "battery", 1);
    assert_int_equal(report->refused[REFUSAL_LIMIT], 1);
    report_release(report);
}

static void texts_beyond_the_limit_are_refused(void **state)
{
    struct buf text = buf_new(LIMIT_ANSWER_BYTES);
    char path[NAME_MAX_BYTES];
    size_t kept = 0;

    assert_non_null(buf_reserve(&text, LIMIT_ANSWER_BYTES));
    for (size_t i = 0; i < LIMIT_ANSWER_BYTES; i++)
        buf_add_char(&text, 'x');
    for (size_t i = 0; i < 10; i++) {
        (void)snprintf(path, sizeof path, "/Text/%zu", i);
        kept += put_text(state, path, buf_str(&text));
    }
    buf_free(&text);
    assert_int_equal(kept, 3);
    struct report *report = report_in(state, 0, "battery", 3);
    assert_int_equal(report->refused[REFUSAL_LIMIT], 7);
    report_release(report);
}

static void years_of_coming_and_going_leave_nothing_behind(void **state)
{
    char path[NAME_MAX_BYTES];

    for (size_t i = 0; i < (size_t)4 * LIMIT_VALUES; i++) {
        (void)snprintf(path, sizeof path, "/Passing/%zu", i);
        assert_true(put_text(state, path, STR_OF("some text")));
        remove_at(state, "battery", "512", path);
    }
    assert_int_equal(count_devices(state), 0);
    put_many(state, LIMIT_VALUES);
}

static void the_status_is_what_was_set(void **state)
{
    struct cache_status in = {.is_ready = true, .life_at_ms = 7};
    struct cache_status out;

    in.facts.failures[ERR_AUTH] = 3;
    reading_cache_set_status(*state, &in);
    reading_cache_status(*state, &out);
    assert_true(out.is_ready && !out.is_shown);
    assert_int_equal(out.life_at_ms, 7);
    assert_int_equal(out.facts.failures[ERR_AUTH], 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CACHE_TEST(a_device_is_a_report),
        CACHE_TEST(a_clock_that_is_set_back_takes_all_times_along),
        CACHE_TEST(the_last_value_counts_whatever_its_kind),
        CACHE_TEST(the_same_path_of_other_devices_is_another),
        CACHE_TEST(a_report_keeps_its_paths_when_others_come_and_go),
        CACHE_TEST(an_unchanged_device_gives_the_same_report),
        CACHE_TEST(a_device_goes_with_its_last_path),
        CACHE_TEST(a_refused_value_hides_the_older_one),
        CACHE_TEST(devices_beyond_the_limit_are_dropped),
        CACHE_TEST(values_beyond_the_limit_are_dropped_and_counted),
        CACHE_TEST(texts_beyond_the_limit_are_refused),
        CACHE_TEST(years_of_coming_and_going_leave_nothing_behind),
        CACHE_TEST(the_status_is_what_was_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
