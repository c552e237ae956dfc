/* service_table_test.c - whom to ask, in which order, and whom to leave alone. */
#include "check.h"

#include <stdio.h>

#include "model/report.h"
#include "model/want.h"
#include "source/service_table.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define REFRESH_MS (5 * MINUTE_MS)

static const struct want wants[] = {
    {STR("system"), 0, 0},
    {STR("battery"), 1, 0},
    {STR("settings"), 5, REFRESH_MS},
    {STR("*"), 9, 0},
};
static const struct str unwanted[] = {STR("adc")};
static const struct want_list want_list = {wants, COUNT(wants), unwanted, 1};

/* Sorted, as the wire gives them. */
static const struct str all_names[] = {
    STR("com.victronenergy.adc"),       STR("com.victronenergy.battery.a"),
    STR("com.victronenergy.battery.b"), STR("com.victronenergy.settings"),
    STR("com.victronenergy.system"),    STR("com.victronenergy.tank.t1"),
};

static size_t left_count;

static void count_left(struct known_service *service)
{
    assert_true(service->name.n > 0);
    left_count++;
}

static struct service_table table_of_all(void)
{
    struct service_table table = {0};

    assert_int_equal(
        service_table_update(&table, all_names, COUNT(all_names), &want_list, count_left),
        0);
    return table;
}

static void check_order(const struct service_table *table, int64_t now_ms,
                        const char *expected)
{
    size_t slots[LIMIT_SERVICES];
    size_t count = service_table_order(table, now_ms, slots);
    struct buf order = buf_new(4096);

    for (size_t i = 0; i < count; i++) {
        buf_add_text(&order, i ? " " : "");
        buf_add(&order, str_skip(table->services[slots[i]]->name,
                                 sizeof "com.victronenergy." - 1));
    }
    check_str(buf_str(&order), expected);
    buf_free(&order);
}

static struct known_service *find(const struct service_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (str_equal(table->services[i]->name, str_from(name)))
            return table->services[i];
    fail_msg("%s is not known", name);
    return NULL;
}

static void the_important_come_first_and_the_unwanted_not_at_all(void **state)
{
    struct service_table table = table_of_all();

    (void)state;
    assert_int_equal(table.count, 5);
    check_order(&table, 0, "system battery.a battery.b settings tank.t1");
    service_table_free(&table);
}

static void who_timed_out_comes_last_when_its_pause_is_over(void **state)
{
    struct service_table table = table_of_all();
    struct known_service *system = find(&table, "com.victronenergy.system");

    (void)state;
    service_timed_out(system, 1000);
    assert_true(service_is_paused(system, 1000 + MINUTE_MS - 1));
    check_order(&table, 1000 + MINUTE_MS - 1, "battery.a battery.b settings tank.t1");
    check_order(&table, 1000 + MINUTE_MS, "battery.a battery.b settings tank.t1 system");
    service_table_free(&table);
}

static void who_was_late_comes_last_without_a_pause(void **state)
{
    struct service_table table = table_of_all();

    (void)state;
    find(&table, "com.victronenergy.battery.a")->was_late = true;
    check_order(&table, 0, "system battery.b settings tank.t1 battery.a");
    service_table_free(&table);
}

static void each_timeout_doubles_the_pause_up_to_an_hour(void **state)
{
    static const int64_t minutes[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
    struct service_table table = table_of_all();
    struct known_service *battery = find(&table, "com.victronenergy.battery.a");
    int64_t now_ms = 5;

    (void)state;
    for (size_t i = 0; i < COUNT(minutes); i++) {
        service_timed_out(battery, now_ms);
        assert_int_equal(battery->outcome, ERR_TIMEOUT);
        assert_true(service_is_paused(battery, now_ms + minutes[i] * MINUTE_MS - 1));
        now_ms += minutes[i] * MINUTE_MS;
        assert_false(service_is_paused(battery, now_ms));
    }
    service_table_free(&table);
}

static struct report *an_answer(const struct known_service *service)
{
    struct report *report = report_new(service->name, service->device, 1);

    report_add(report, STR_OF("/Soc"),
               (struct value){.kind = VALUE_NUMBER, .number = 81});
    report_identify(report);
    return report;
}

static void a_good_answer_forgets_the_timeouts_another_failure_does_not(void **state)
{
    struct service_table table = table_of_all();
    struct known_service *battery = find(&table, "com.victronenergy.battery.a");
    struct report *report = an_answer(battery);

    (void)state;
    service_timed_out(battery, 0);
    service_failed(battery, ERR_NOT_FOUND);
    assert_int_equal(battery->timeouts, 1);
    service_answered(battery, report, 2 * MINUTE_MS);
    assert_int_equal(battery->outcome, ERR_OK);
    check_order(&table, 2 * MINUTE_MS, "system battery.a battery.b settings tank.t1");
    service_timed_out(battery, 0);
    assert_false(service_is_paused(battery, MINUTE_MS));
    report_release(report);
    service_table_free(&table);
}

static void who_left_comes_back_without_a_past(void **state)
{
    struct service_table table = table_of_all();

    (void)state;
    service_timed_out(find(&table, "com.victronenergy.system"), 0);
    service_set_instance(find(&table, "com.victronenergy.battery.a"), STR_OF("7"));
    left_count = 0;
    assert_int_equal(service_table_update(&table, all_names, 3, &want_list, count_left),
                     0);
    assert_int_equal(table.count, 2);
    assert_int_equal(left_count, 3); /* settings, system, tank */
    check_str(find(&table, "com.victronenergy.battery.a")->instance, "7");
    assert_int_equal(
        service_table_update(&table, all_names, COUNT(all_names), &want_list, count_left),
        0);
    check_order(&table, 0, "system battery.a battery.b settings tank.t1");
    assert_int_equal(find(&table, "com.victronenergy.system")->outcome, ERR_SKIPPED);
    service_table_free(&table);
}

static void a_kept_report_serves_until_it_is_due(void **state)
{
    struct service_table table = table_of_all();
    struct known_service *settings = find(&table, "com.victronenergy.settings");
    struct report *report = an_answer(settings);

    (void)state;
    service_answered(settings, report, 1000);
    assert_ptr_equal(service_kept_report(settings, 1000 + REFRESH_MS - 1), report);
    check_order(&table, 1000 + REFRESH_MS - 1, "system battery.a battery.b tank.t1");
    assert_null(service_kept_report(settings, 1000 + REFRESH_MS));
    check_order(&table, 1000 + REFRESH_MS, "system battery.a battery.b settings tank.t1");
    report_release(report);
    service_table_free(&table);
}

static void a_due_ask_that_fails_drops_the_kept_report(void **state)
{
    struct service_table table = table_of_all();
    struct known_service *settings = find(&table, "com.victronenergy.settings");
    struct report *report = an_answer(settings);

    (void)state;
    service_answered(settings, report, 1000);
    service_failed(settings, ERR_NOT_FOUND);
    assert_null(service_kept_report(settings, 1001));
    service_answered(settings, report, 1000);
    service_timed_out(settings, 1000);
    assert_null(service_kept_report(settings, 1001));
    report_release(report);
    service_table_free(&table);
}

static void nothing_is_kept_of_a_type_without_refresh(void **state)
{
    struct service_table table = table_of_all();
    struct known_service *battery = find(&table, "com.victronenergy.battery.a");
    struct report *report = an_answer(battery);

    (void)state;
    service_answered(battery, report, 1000);
    assert_null(service_kept_report(battery, 1000));
    assert_int_equal(report->references, 1);
    report_release(report);
    service_table_free(&table);
}

static void a_report_without_values_carries_what_is_known(void **state)
{
    struct service_table table = table_of_all();
    struct known_service *battery = find(&table, "com.victronenergy.battery.a");

    (void)state;
    service_set_instance(battery, STR_OF("288"));
    battery->duration_seconds = 0.25;
    struct report *report = service_blank_report(battery, ERR_TIMEOUT);
    check_str(report->service, "com.victronenergy.battery.a");
    check_str(report->device, "battery");
    check_str(report->instance, "288");
    assert_int_equal(report->outcome, ERR_TIMEOUT);
    assert_int_equal(report->reading_count, 0);
    assert_true(report->duration_seconds == 0.25);
    report_release(report);
    service_table_free(&table);
}

static void new_wants_change_the_order_and_drop_services(void **state)
{
    static const struct want other[] = {{STR("tank"), 0, 0}, {STR("battery"), 3, 0}};
    static const struct want_list other_list = {other, COUNT(other), NULL, 0};
    struct service_table table = table_of_all();

    (void)state;
    assert_int_equal(service_table_update(&table, all_names, COUNT(all_names),
                                          &other_list, count_left),
                     0);
    check_order(&table, 0, "tank.t1 battery.a battery.b");
    service_table_free(&table);
}

#define GENERATORS (LIMIT_SERVICES + 40)

static void check_first_three(const struct service_table *table)
{
    check_str(table->services[0]->device, "system");
    check_str(table->services[1]->device, "settings");
    check_str(table->services[2]->name, "com.victronenergy.generator.g0000");
}

static void the_least_important_are_left_out_over_the_limit(void **state)
{
    static char texts[GENERATORS][64];
    static struct str names[GENERATORS + 2];
    struct service_table table = {0};

    (void)state;
    for (size_t i = 0; i < GENERATORS; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "com.victronenergy.generator.g%04zu",
                       i);
        names[i] = str_from(texts[i]);
    }
    names[GENERATORS] = STR_OF("com.victronenergy.settings");
    names[GENERATORS + 1] = STR_OF("com.victronenergy.system");
    for (int round = 0; round < 2; round++) {
        assert_int_equal(
            service_table_update(&table, names, GENERATORS + 2, &want_list, count_left),
            42);
        assert_int_equal(table.count, LIMIT_SERVICES);
        check_first_three(&table);
    }
    service_table_free(&table);
}

static void a_long_instance_is_cut_at_a_character(void **state)
{
    struct service_table table = table_of_all();
    struct known_service *battery = find(&table, "com.victronenergy.battery.a");
    struct buf text = buf_new(4096);

    (void)state;
    for (int i = 0; i < 1000; i++)
        buf_add_text(&text, "\xe2\x82\xac");
    service_set_instance(battery, buf_str(&text));
    assert_int_equal(battery->instance.n, LIMIT_LABEL_BYTES / 3 * 3);
    buf_free(&text);
    service_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_important_come_first_and_the_unwanted_not_at_all),
        cmocka_unit_test(who_timed_out_comes_last_when_its_pause_is_over),
        cmocka_unit_test(who_was_late_comes_last_without_a_pause),
        cmocka_unit_test(each_timeout_doubles_the_pause_up_to_an_hour),
        cmocka_unit_test(a_good_answer_forgets_the_timeouts_another_failure_does_not),
        cmocka_unit_test(who_left_comes_back_without_a_past),
        cmocka_unit_test(a_kept_report_serves_until_it_is_due),
        cmocka_unit_test(a_due_ask_that_fails_drops_the_kept_report),
        cmocka_unit_test(nothing_is_kept_of_a_type_without_refresh),
        cmocka_unit_test(a_report_without_values_carries_what_is_known),
        cmocka_unit_test(new_wants_change_the_order_and_drop_services),
        cmocka_unit_test(the_least_important_are_left_out_over_the_limit),
        cmocka_unit_test(a_long_instance_is_cut_at_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
