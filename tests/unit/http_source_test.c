/* http_source_test.c - what a station says, well or badly, in reports; what it costs. */
#include "base/log.h"

/* However busy the machine is, nobody hangs here. */
#define LATE_MAX_MS 60000
#define HUNG_MS 20000
#define ANSWER_TIMEOUT_MS 10000
#include "http_station.h"

#define PATIENCE_MS 30000

static void a_healthy_station_is_read_in_order_of_importance(void **state)
{
    struct station *station = *state;
    struct source_facts facts;

    assert_false(http_source.is_ready(station->source));
    assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    assert_true(http_source.is_ready(station->source));
    check_asked(station, "/services system ttyO1 settings");
    check_report(station, SLOT_SYSTEM, ERR_OK, 1);
    check_report(station, SLOT_BATTERY, ERR_OK, 3);
    check_report(station, SLOT_SETTINGS, ERR_OK, 1);
    check_str(station->scrapers.reports[SLOT_BATTERY]->instance, "288");
    assert_true(station->scrapers.reports[SLOT_BATTERY]->response_bytes > 50);
    assert_int_equal(station->scrapers.settles, 0);
    http_source.facts(station->source, &facts);
    assert_true(facts.is_known[FACT_HTTP_REQUESTS]);
    assert_true(facts.value[FACT_HTTP_REQUESTS] == 4);
    assert_true(facts.value[FACT_HTTP_RESPONSE_BYTES] > 200);
    assert_false(facts.is_known[FACT_MQTT_CONNECTED]);
    for (int reason = 0; reason < ERR_STATION_END; reason++)
        assert_int_equal(facts.failures[reason], 0);
}

static void settings_are_asked_again_only_when_due(void **state)
{
    struct station *station = *state;

    assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    struct report *first = report_reference(station->scrapers.reports[SLOT_SETTINGS]);
    server_script(&station->server, healthy, COUNT(healthy));
    assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    check_asked(station, "/services system ttyO1");
    assert_ptr_equal(station->scrapers.reports[SLOT_SETTINGS], first);
    report_release(first);
}

static void a_bad_answer_costs_only_its_own_service(void **state)
{
    static const struct {
        struct scripted_answer answer;
        enum err outcome;
    } cases[] = {
        {{.bytes = NOT_FOUND_BYTES}, ERR_NOT_FOUND},
        {{.bytes = STR(OK_HEAD "{\"value\": null, \"success\": false}")}, ERR_NOT_FOUND},
        {{.bytes = STR("HTTP/1.0 401 Unauthorized\r\n\r\n")}, ERR_AUTH},
        {{.bytes = STR("HTTP/1.0 403 Forbidden\r\n\r\n{}")}, ERR_AUTH},
        {{.bytes = STR("HTTP/1.0 500 Oops\r\n\r\n{}")}, ERR_HTTP},
        {{.bytes = STR("HTTP/1.0 302 Found\r\nLocation: /services\r\n\r\n")}, ERR_HTTP},
        {{.bytes = STR("HTTP/1.0 204 No Content\r\n\r\n")}, ERR_HTTP},
        {{.bytes = STR("{\"value\": {\"Soc\": 81.0}}")}, ERR_HTTP},
        {{.bytes = STR("")}, ERR_CONNECT},
        {{.bytes = STR(""), .end = END_RESET}, ERR_CONNECT},
        {{.bytes = STR(OK_HEAD "{\"value\": {\"Soc\": 81.0")}, ERR_MALFORMED},
        {{.bytes = STR(OK_HEAD "{\"value\": {"), .end = END_RESET}, ERR_MALFORMED},
        {{.bytes = STR(OK_HEAD "<html></html>")}, ERR_MALFORMED},
        {{.bytes = STR("HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\n{\"value\": {}}")},
         ERR_MALFORMED},
        {{.bytes = STR("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n{\"value\": {}}")},
         ERR_MALFORMED},
        {{.bytes = STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")},
         ERR_MALFORMED},
        {{.bytes = STR(OK_HEAD "{\"value\": {}, \"success\": true}")}, ERR_EMPTY},
        {{.bytes = STR(OK_HEAD), .filler = LIMIT_ANSWER_BYTES + 1}, ERR_TOO_LARGE},
        {{.bytes = STR("HTTP/1.0 200 OK\r\nX: "), .filler = 200000}, ERR_TOO_LARGE},
    };
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scripted_answer answer = cases[i].answer;
        uint64_t before = failures(station, cases[i].outcome);
        answer.target = "service=" SYSTEM;
        script_with(station, script, answer);
        assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
        if (station->scrapers.reports[SLOT_SYSTEM]->outcome != cases[i].outcome)
            fail_msg("case %zu: got %d", i,
                     (int)station->scrapers.reports[SLOT_SYSTEM]->outcome);
        check_report(station, SLOT_SYSTEM, cases[i].outcome, 0);
        check_report(station, SLOT_BATTERY, ERR_OK, 3);
        assert_int_equal(failures(station, cases[i].outcome), before + 1);
    }
    server_script(&station->server, healthy, COUNT(healthy));
    assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    check_report(station, SLOT_SYSTEM, ERR_OK, 1);
}

static void a_failure_is_said_once_and_so_is_its_end(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];
    uint64_t warnings = log_lines(LOG_WARN);
    uint64_t infos = log_lines(LOG_INFO);

    script_with(
        station, script,
        (struct scripted_answer){.target = "service=" SYSTEM, .bytes = NOT_FOUND_BYTES});
    for (int i = 0; i < 3; i++)
        assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    assert_int_equal(log_lines(LOG_WARN), warnings + 1);
    server_script(&station->server, healthy, COUNT(healthy));
    for (int i = 0; i < 3; i++)
        assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    assert_int_equal(log_lines(LOG_WARN), warnings + 1);
    assert_int_equal(log_lines(LOG_INFO), infos + 1);
}

/* Else a bad night would write a line for each scrape. */
static void failures_that_take_turns_are_said_once_each(void **state)
{
    static const struct str answers[] = {
        NOT_FOUND_BYTES,
        STR("HTTP/1.0 500 Oops\r\n\r\n"),
        STR(OK_HEAD "<html></html>"),
    };
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];
    uint64_t warnings = log_lines(LOG_WARN);

    for (size_t i = 0; i < 4 * COUNT(answers); i++) {
        script_with(station, script,
                    (struct scripted_answer){.target = "service=" SYSTEM,
                                             .bytes = answers[i % COUNT(answers)]});
        assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    }
    assert_int_equal(log_lines(LOG_WARN), warnings + COUNT(answers));
}

static void a_failed_service_that_leaves_ends_its_story(void **state)
{
    static const struct scripted_answer fewer[] = {
        {.target = "/services",
         .bytes = STR(OK_HEAD "{\"services\": [\"" BATTERY "\"], \"success\": true}")},
        {.target = "service=" BATTERY, .bytes = BATTERY_BYTES},
    };
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];
    uint64_t infos = log_lines(LOG_INFO);

    script_with(
        station, script,
        (struct scripted_answer){.target = "service=" SYSTEM, .bytes = NOT_FOUND_BYTES});
    assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    server_script(&station->server, fewer, COUNT(fewer));
    for (int i = 0; i < 3; i++)
        assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    assert_int_equal(log_lines(LOG_INFO), infos + 1);
}

static void without_a_list_of_services_nothing_else_is_asked(void **state)
{
    static const struct {
        struct scripted_answer answer;
        enum err outcome;
    } cases[] = {
        {{.bytes = STR(OK_HEAD "{\"services\": [], \"success\": true}")}, ERR_EMPTY},
        {{.bytes = STR(OK_HEAD "{\"services\": [\"com.victron")}, ERR_MALFORMED},
        {{.bytes = NOT_FOUND_BYTES}, ERR_NOT_FOUND},
        {{.bytes = STR("HTTP/1.0 401 Unauthorized\r\n\r\n")}, ERR_AUTH},
        {{.bytes = STR("SSH-2.0-dropbear\r\n")}, ERR_HTTP},
        {{.bytes = STR(""), .end = END_RESET}, ERR_CONNECT},
    };
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scripted_answer answer = cases[i].answer;
        answer.target = "/services";
        script_with(station, script, answer);
        assert_int_equal(collect(station, PATIENCE_MS), cases[i].outcome);
        assert_int_equal(station->error.code, cases[i].outcome);
        assert_int_equal(failures(station, cases[i].outcome), 1);
        check_asked(station, "/services");
        assert_null(station->scrapers.reports[0]);
    }
}

static void a_closed_port_is_a_connect_failure(void **state)
{
    struct station station = {0};

    (void)state;
    (void)close(server_listen(1, &station.server.port));
    station.source = source_of(station.server.port);
    assert_int_equal(collect(&station, 5000), ERR_CONNECT);
    assert_true(station.took_ms < 2000);
    assert_int_equal(failures(&station, ERR_CONNECT), 1);
    http_source.close(station.source);
}

static void services_that_leave_leave_the_snapshot(void **state)
{
    static const struct scripted_answer fewer[] = {
        {.target = "/services",
         .bytes = STR(OK_HEAD "{\"services\": [\"" SYSTEM "\"], \"success\": true}")},
        {.target = "service=" SYSTEM, .bytes = SYSTEM_BYTES},
    };
    struct station *station = *state;

    assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    server_script(&station->server, fewer, COUNT(fewer));
    assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    check_report(station, SLOT_SYSTEM, ERR_OK, 1);
    assert_null(station->scrapers.reports[1]);
    server_script(&station->server, healthy, COUNT(healthy));
    assert_int_equal(collect(station, PATIENCE_MS), ERR_OK);
    check_asked(station, "/services system ttyO1 settings");
}

static void add_many_values(struct buf *bytes)
{
    buf_add_text(bytes, OK_HEAD "{\"value\": {\"a\": 1");
    for (int i = 1; i < MANY_VALUES; i++)
        buf_printf(bytes, ",\"v%d\":%d", i, i);
    buf_add_text(bytes, "}}");
}

static void values_over_the_limit_of_a_station_are_counted(void **state)
{
    struct station *station = *state;
    struct buf *bytes = &station->script_bytes;

    add_many_values(bytes);
    const struct scripted_answer script[] = {
        healthy[0],
        {.target = "service=" SYSTEM, .bytes = buf_str(bytes)},
        {.target = "service=" BATTERY, .bytes = buf_str(bytes)},
        {.target = "service=" SETTINGS, .bytes = SETTINGS_BYTES},
    };
    server_script(&station->server, script, COUNT(script));
    for (int round = 0; round < 2; round++) {
        assert_int_equal(collect(station, 20000), ERR_OK);
        check_report(station, SLOT_SYSTEM, ERR_OK, MANY_VALUES);
        check_report(station, SLOT_BATTERY, ERR_OK, LIMIT_VALUES - MANY_VALUES);
        assert_int_equal(station->scrapers.reports[SLOT_BATTERY]->refused[REFUSAL_LIMIT],
                         2 * MANY_VALUES - LIMIT_VALUES);
    }
}

static void services_over_the_limit_are_left_out_and_counted(void **state)
{
    struct station *station = *state;
    struct buf *bytes = &station->script_bytes;

    buf_add_text(bytes, OK_HEAD "{\"services\": [\"" SYSTEM "\"");
    for (int i = 0; i < LIMIT_SERVICES + 4; i++)
        buf_printf(bytes, ",\"com.victronenergy.battery.b%d\"", i);
    buf_add_text(bytes, "]}");
    const struct scripted_answer script[] = {
        {.target = "/services", .bytes = buf_str(bytes)},
        {.target = "service=" SYSTEM, .bytes = SYSTEM_BYTES},
    };
    server_script(&station->server, script, COUNT(script));
    assert_int_equal(collect(station, 20000), ERR_OK);
    check_report(station, SLOT_SYSTEM, ERR_OK, 1);
    assert_int_equal(station->scrapers.reports[SLOT_SYSTEM]->refused[REFUSAL_LIMIT], 5);
    for (size_t i = 0; i < LIMIT_SERVICES; i++)
        assert_non_null(station->scrapers.reports[i]);
}

static void open_says_which_file_of_which_flag_is_wrong(void **state)
{
    static const struct {
        struct source_access access;
        const char *part;
    } cases[] = {
        {{.username = STR("u"), .password_file = STR("/nowhere/password")},
         "--http.password-file: /nowhere/password"},
        {{.ca_file = STR("/nowhere/ca.pem")}, "--http.ca-file: /nowhere/ca.pem"},
        {{.ca_file = STR("/proc/self/status")}, "--http.ca-file: /proc/self/status"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct source_options options = {
            .url = STR("http://127.0.0.1"), .http = cases[i].access, .version = "test"};
        struct source *source = NULL;
        struct error error;
        assert_int_equal(http_source.open(&options, &source, &error), ERR_USAGE);
        assert_true(str_starts_with(str_from(error.text), str_from(cases[i].part)));
        assert_null(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATION_TEST(a_healthy_station_is_read_in_order_of_importance),
        STATION_TEST(settings_are_asked_again_only_when_due),
        STATION_TEST(a_bad_answer_costs_only_its_own_service),
        STATION_TEST(a_failure_is_said_once_and_so_is_its_end),
        STATION_TEST(failures_that_take_turns_are_said_once_each),
        STATION_TEST(a_failed_service_that_leaves_ends_its_story),
        STATION_TEST(without_a_list_of_services_nothing_else_is_asked),
        cmocka_unit_test(a_closed_port_is_a_connect_failure),
        STATION_TEST(services_that_leave_leave_the_snapshot),
        STATION_TEST(values_over_the_limit_of_a_station_are_counted),
        STATION_TEST(services_over_the_limit_are_left_out_and_counted),
        cmocka_unit_test(open_says_which_file_of_which_flag_is_wrong),
    };

    log_configure(LOG_ERROR, LOG_LOGFMT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
