/* http_source_test.c - one request at a time, whatever the station does.
 *
 * The times are a thousandth of a real station's; what is asserted of them has room
 * for a busy machine.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "model/report.h"
#include "model/want.h"
#include "scripted_server.h"
#include "source/http_source.h"
#include "source/source_ops.h"

#define LATE_MAX_MS 600
#define HUNG_MS 200
#define ANSWER_TIMEOUT_MS 250
#define JOINERS 16
#define MANY_VALUES 30000
#define MANY_BYTES ((size_t)4 * 1024 * 1024)

#define OK_HEAD "HTTP/1.0 200 OK\r\nContent-type: application/json\r\n\r\n"
#define BATTERY "com.victronenergy.battery.ttyO1"
#define SETTINGS "com.victronenergy.settings"
#define SYSTEM "com.victronenergy.system"

#define SERVICES_BYTES                                                                   \
    STR(OK_HEAD "{\"services\": [\"" BATTERY "\", \"" SETTINGS "\", \"" SYSTEM           \
                "\"], \"count\": 3, \"success\": true}")
#define SYSTEM_BYTES                                                                     \
    STR(OK_HEAD "{\"value\": {\"Dc/Battery/Soc\": 81.0}, \"success\": true}")
#define BATTERY_BYTES                                                                    \
    STR(OK_HEAD "{\"value\": {\"DeviceInstance\": 288, \"Soc\": 81.0, \"Load\": NaN},"   \
                " \"success\": true}")
#define SETTINGS_BYTES                                                                   \
    STR(OK_HEAD "{\"value\": {\"Settings/Gps/Format\": 1}, \"success\": true}")
#define NOT_FOUND_BYTES                                                                  \
    STR("HTTP/1.0 404 Not Found\r\n\r\n{\"value\": null, \"success\": false}")

enum { SLOT_SYSTEM, SLOT_BATTERY, SLOT_SETTINGS, SLOTS };

static const struct want wants[] = {
    {STR("system"), 0, 0},
    {STR("battery"), 1, 0},
    {STR("settings"), 2, 300000},
};
static const struct want_list want_list = {wants, COUNT(wants), NULL, 0};

static const struct scripted_answer healthy[] = {
    {.target = "/services", .bytes = SERVICES_BYTES},
    {.target = "service=" SYSTEM, .bytes = SYSTEM_BYTES},
    {.target = "service=" BATTERY, .bytes = BATTERY_BYTES},
    {.target = "service=" SETTINGS, .bytes = SETTINGS_BYTES},
};

/* Those who wait: what the source put and when it settled. */
struct scrapers {
    atomic_int_least64_t deadline_ms;
    atomic_bool is_stopped;
    struct report *reports[LIMIT_SERVICES];
    int settles;
    int64_t joiners_ms[JOINERS]; /* patience of who joins at the nth settle; 0: nobody */
    struct source_facts facts_at_settle;
    size_t values_at_settle;
    struct source *source;
};

struct station {
    struct scripted_server server;
    struct source *source;
    struct scrapers scrapers;
    struct buf script_bytes; /* what a script may say, until the server has stopped */
    int64_t took_ms;         /* the last collect */
    struct error error;
};

static struct deadline scrapers_deadline(void *context)
{
    struct scrapers *scrapers = context;

    return (struct deadline){atomic_load(&scrapers->deadline_ms)};
}

static bool scrapers_are_stopped(void *context)
{
    struct scrapers *scrapers = context;

    return atomic_load(&scrapers->is_stopped);
}

static void scrapers_put(void *context, size_t slot, struct report *report)
{
    struct scrapers *scrapers = context;

    assert_true(slot < LIMIT_SERVICES);
    report_release(scrapers->reports[slot]);
    scrapers->reports[slot] = report;
}

static size_t count_values(const struct scrapers *scrapers)
{
    size_t count = 0;

    for (size_t i = 0; i < LIMIT_SERVICES; i++)
        count += scrapers->reports[i] ? scrapers->reports[i]->reading_count : 0;
    return count;
}

static void scrapers_settle(void *context)
{
    struct scrapers *scrapers = context;

    if (scrapers->settles == 0) {
        scrapers->values_at_settle = count_values(scrapers);
        http_source.facts(scrapers->source, &scrapers->facts_at_settle);
    }
    int64_t patience_ms =
        scrapers->settles < JOINERS ? scrapers->joiners_ms[scrapers->settles] : 0;
    if (patience_ms)
        atomic_store(&scrapers->deadline_ms, clock_monotonic_ms() + patience_ms);
    scrapers->settles++;
}

static void forget_reports(struct scrapers *scrapers)
{
    for (size_t i = 0; i < LIMIT_SERVICES; i++) {
        report_release(scrapers->reports[i]);
        scrapers->reports[i] = NULL;
    }
}

static enum err collect(struct station *station, int64_t deadline_ms)
{
    struct scrapers *scrapers = &station->scrapers;
    const struct collector collector = {
        .deadline = scrapers_deadline,
        .is_stopped = scrapers_are_stopped,
        .put = scrapers_put,
        .settle = scrapers_settle,
        .context = scrapers,
    };
    int64_t started_ms = clock_monotonic_ms();

    forget_reports(scrapers);
    scrapers->settles = 0;
    scrapers->source = station->source;
    atomic_store(&scrapers->deadline_ms, started_ms + deadline_ms);
    enum err outcome = http_source.collect(station->source, &collector, &station->error);
    station->took_ms = clock_monotonic_ms() - started_ms;
    return outcome;
}

static struct source *source_of(uint16_t port)
{
    static const struct http_times times = {LATE_MAX_MS, 60000, HUNG_MS};
    char url[64];
    struct source *source = NULL;
    struct error error = {0};

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)port);
    const struct source_options options = {
        .url = str_from(url),
        .answer_timeout_ms = ANSWER_TIMEOUT_MS,
        .version = "test",
    };
    assert_int_equal(http_source_open(&options, &times, &source, &error), ERR_OK);
    http_source.set_wants(source, &want_list);
    return source;
}

static int open_station(void **state)
{
    struct station *station = calloc(1, sizeof *station);

    station->script_bytes = buf_new(MANY_BYTES);
    server_start(&station->server);
    server_script(&station->server, healthy, COUNT(healthy));
    station->source = source_of(station->server.port);
    *state = station;
    return 0;
}

static int close_station(void **state)
{
    struct station *station = *state;
    int overlaps = atomic_load(&station->server.overlaps);

    forget_reports(&station->scrapers);
    http_source.close(station->source);
    server_stop(&station->server);
    buf_free(&station->script_bytes);
    free(station);
    return overlaps; /* never two requests at once, in no test */
}

/* The script of a healthy station with one other answer. */
static void script_with(struct station *station, struct scripted_answer *script,
                        struct scripted_answer other)
{
    for (size_t i = 0; i < COUNT(healthy); i++) {
        bool is_it = strcmp(healthy[i].target, other.target) == 0;
        script[i] = is_it ? other : healthy[i];
    }
    server_script(&station->server, script, COUNT(healthy));
}

static void check_asked(struct station *station, const char *expected)
{
    struct scripted_server *server = &station->server;
    struct buf asked = buf_new(4096);

    (void)pthread_mutex_lock(&server->script_lock);
    for (size_t i = 0; i < server->asked_count; i++) {
        struct str target = str_from(server->asked[i]);
        struct str last = target;
        while (target.n)
            last = str_cut(&target, '.');
        buf_add_text(&asked, i ? " " : "");
        buf_add(&asked, last);
    }
    (void)pthread_mutex_unlock(&server->script_lock);
    check_str(buf_str(&asked), expected);
    buf_free(&asked);
}

static uint64_t failures(struct station *station, enum err reason)
{
    struct source_facts facts;

    http_source.facts(station->source, &facts);
    return facts.failures[reason];
}

static void check_report(struct station *station, size_t slot, enum err outcome,
                         size_t values)
{
    const struct report *report = station->scrapers.reports[slot];

    assert_non_null(report);
    assert_int_equal(report->outcome, outcome);
    assert_int_equal(report->reading_count, values);
    assert_true((report->updated_at > 0) == (values > 0));
}

/* ---- */

static void a_healthy_station_is_read_in_order_of_importance(void **state)
{
    struct station *station = *state;
    struct source_facts facts;

    assert_false(http_source.is_ready(station->source));
    assert_int_equal(collect(station, 5000), ERR_OK);
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

    assert_int_equal(collect(station, 5000), ERR_OK);
    struct report *first = report_reference(station->scrapers.reports[SLOT_SETTINGS]);
    server_script(&station->server, healthy, COUNT(healthy));
    assert_int_equal(collect(station, 5000), ERR_OK);
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
        assert_int_equal(collect(station, 5000), ERR_OK);
        if (station->scrapers.reports[SLOT_SYSTEM]->outcome != cases[i].outcome)
            fail_msg("case %zu: got %d", i,
                     (int)station->scrapers.reports[SLOT_SYSTEM]->outcome);
        check_report(station, SLOT_SYSTEM, cases[i].outcome, 0);
        check_report(station, SLOT_BATTERY, ERR_OK, 3);
        assert_int_equal(failures(station, cases[i].outcome), before + 1);
    }
    server_script(&station->server, healthy, COUNT(healthy));
    assert_int_equal(collect(station, 5000), ERR_OK);
    check_report(station, SLOT_SYSTEM, ERR_OK, 1);
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
        assert_int_equal(collect(station, 5000), cases[i].outcome);
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

/* A full accept queue swallows connects: nobody has our request, so nothing is waited
 * for beyond the deadline. */
static void a_black_hole_ends_with_the_deadline(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct station station = {0};
    int fillers[4];

    (void)state;
    int listener = server_listen(0, &station.server.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(station.server.port);
    for (size_t i = 0; i < COUNT(fillers); i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(fillers[i], (struct sockaddr *)&address, sizeof address);
    }
    station.source = source_of(station.server.port);
    assert_int_equal(collect(&station, 150), ERR_TIMEOUT);
    assert_true(station.took_ms >= 150 && station.took_ms < LATE_MAX_MS);
    assert_int_equal(failures(&station, ERR_TIMEOUT), 1);
    http_source.close(station.source);
    for (size_t i = 0; i < COUNT(fillers); i++)
        (void)close(fillers[i]);
    (void)close(listener);
}

static void a_hung_service_is_waited_for_then_left_alone(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    script_with(station, script,
                (struct scripted_answer){.target = "service=" BATTERY,
                                         .delay_ms = 400,
                                         .bytes = NOT_FOUND_BYTES});
    assert_int_equal(collect(station, 100), ERR_OK);
    assert_true(station->took_ms >= 400);
    assert_int_equal(station->scrapers.settles, 1);
    assert_int_equal(station->scrapers.values_at_settle, 1);
    assert_int_equal(station->scrapers.facts_at_settle.failures[ERR_TIMEOUT], 1);
    assert_int_equal(station->scrapers.facts_at_settle.failures[ERR_SKIPPED], 1);
    check_asked(station, "/services system ttyO1");
    check_report(station, SLOT_BATTERY, ERR_TIMEOUT, 0);
    check_report(station, SLOT_SETTINGS, ERR_SKIPPED, 0);
    assert_int_equal(failures(station, ERR_NOT_FOUND), 0);

    server_script(&station->server, healthy, COUNT(healthy));
    assert_int_equal(collect(station, 5000), ERR_OK);
    check_asked(station, "/services system settings");
    check_report(station, SLOT_BATTERY, ERR_SKIPPED, 0);
    check_report(station, SLOT_SETTINGS, ERR_OK, 1);
    assert_int_equal(failures(station, ERR_TIMEOUT), 1);
    assert_int_equal(failures(station, ERR_SKIPPED), 2);
}

static void a_slow_404_is_a_hung_service_even_in_time(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    script_with(station, script,
                (struct scripted_answer){.target = "service=" BATTERY,
                                         .delay_ms = HUNG_MS + 50,
                                         .bytes = NOT_FOUND_BYTES});
    assert_int_equal(collect(station, 5000), ERR_OK);
    check_report(station, SLOT_BATTERY, ERR_TIMEOUT, 0);
    check_report(station, SLOT_SETTINGS, ERR_OK, 1);
    assert_int_equal(failures(station, ERR_TIMEOUT), 1);
    assert_int_equal(failures(station, ERR_NOT_FOUND), 0);
    assert_int_equal(collect(station, 5000), ERR_OK);
    check_report(station, SLOT_BATTERY, ERR_SKIPPED, 0);
}

static void a_hasty_scraper_does_not_blind_the_others(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    script_with(station, script,
                (struct scripted_answer){.target = "service=" BATTERY,
                                         .delay_ms = 120,
                                         .bytes = BATTERY_BYTES});
    assert_int_equal(collect(station, 60), ERR_OK);
    assert_int_equal(station->scrapers.settles, 1);
    check_report(station, SLOT_BATTERY, ERR_OK, 3);
    assert_int_equal(failures(station, ERR_TIMEOUT), 1);
    assert_int_equal(collect(station, 5000), ERR_OK);
    check_report(station, SLOT_BATTERY, ERR_OK, 3);
}

static void a_very_late_answer_has_values_but_counts_as_hung(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    script_with(station, script,
                (struct scripted_answer){.target = "service=" BATTERY,
                                         .delay_ms = ANSWER_TIMEOUT_MS + 100,
                                         .bytes = BATTERY_BYTES});
    assert_int_equal(collect(station, 60), ERR_OK);
    check_report(station, SLOT_BATTERY, ERR_TIMEOUT, 3);
    assert_int_equal(collect(station, 5000), ERR_OK);
    check_report(station, SLOT_BATTERY, ERR_SKIPPED, 0);
    check_str(station->scrapers.reports[SLOT_BATTERY]->instance, "288");
}

/* A scraper joins the fetch each time that the deadline of those before it passes. */
static void scrapers_that_join_late_get_the_rest(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    script_with(station, script,
                (struct scripted_answer){.target = "service=" SYSTEM,
                                         .delay_ms = 400,
                                         .bytes = NOT_FOUND_BYTES});
    station->scrapers.joiners_ms[0] = 100;
    station->scrapers.joiners_ms[1] = 5000;
    assert_int_equal(collect(station, 100), ERR_OK);
    assert_int_equal(station->scrapers.settles, 2);
    check_asked(station, "/services system ttyO1 settings");
    check_report(station, SLOT_SYSTEM, ERR_TIMEOUT, 0);
    check_report(station, SLOT_BATTERY, ERR_OK, 3);
    check_report(station, SLOT_SETTINGS, ERR_OK, 1);
    assert_int_equal(failures(station, ERR_TIMEOUT), 1);
    assert_int_equal(failures(station, ERR_SKIPPED), 2);
}

static void a_late_list_of_services_still_serves_who_joined(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    script_with(station, script,
                (struct scripted_answer){
                    .target = "/services", .delay_ms = 150, .bytes = SERVICES_BYTES});
    station->scrapers.joiners_ms[0] = 5000;
    assert_int_equal(collect(station, 60), ERR_OK);
    check_asked(station, "/services system ttyO1 settings");
    check_report(station, SLOT_SYSTEM, ERR_OK, 1);
    assert_int_equal(failures(station, ERR_TIMEOUT), 1);

    station->scrapers.joiners_ms[0] = 0;
    assert_int_equal(collect(station, 60), ERR_TIMEOUT);
    assert_null(station->scrapers.reports[0]);
    assert_int_equal(failures(station, ERR_TIMEOUT), 2);
}

/* After SIGTERM the real server accepts for ever and answers nothing. */
static void a_zombie_is_given_up_at_last(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    script_with(station, script,
                (struct scripted_answer){.target = "service=" SYSTEM, .end = END_NEVER});
    for (size_t i = 0; i < JOINERS; i++)
        station->scrapers.joiners_ms[i] = 200;
    assert_int_equal(collect(station, 100), ERR_OK);
    assert_in_range((uintmax_t)station->took_ms, LATE_MAX_MS, 3 * LATE_MAX_MS);
    check_asked(station, "/services system");
    check_report(station, SLOT_SYSTEM, ERR_TIMEOUT, 0);
    check_report(station, SLOT_BATTERY, ERR_SKIPPED, 0);

    script_with(station, script,
                (struct scripted_answer){.target = "/services", .end = END_NEVER});
    station->scrapers.joiners_ms[0] = 0;
    assert_int_equal(collect(station, 100), ERR_TIMEOUT);
    assert_in_range((uintmax_t)station->took_ms, LATE_MAX_MS, 3 * LATE_MAX_MS);
    check_asked(station, "/services");
}

static void an_answer_that_drips_is_bounded_like_silence(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    script_with(station, script,
                (struct scripted_answer){.target = "service=" SYSTEM,
                                         .bytes = STR(OK_HEAD "{\"value\": "),
                                         .end = END_NEVER});
    assert_int_equal(collect(station, 100), ERR_OK);
    assert_true(station->took_ms < 3 * LATE_MAX_MS);
    check_report(station, SLOT_SYSTEM, ERR_TIMEOUT, 0);
}

static void a_deadline_that_has_passed_asks_nobody(void **state)
{
    struct station *station = *state;

    assert_int_equal(collect(station, 0), ERR_SKIPPED);
    assert_true(http_source.is_ready(station->source));
    assert_true(station->took_ms < 100);
    assert_int_equal(server_asked_count(&station->server), 0);
}

struct stopper {
    struct station *station;
    int64_t stopped_ms;
};

static void *stop_while_it_hangs(void *context)
{
    struct stopper *stopper = context;
    struct station *station = stopper->station;
    const struct deadline patience = deadline_in_ms(5000);

    while (server_asked_count(&station->server) < 2 && !deadline_has_passed(patience))
        (void)poll(NULL, 0, 1);
    stopper->stopped_ms = clock_monotonic_ms();
    atomic_store(&station->scrapers.is_stopped, true);
    http_source.interrupt(station->source);
    return NULL;
}

static void a_stop_ends_a_hang_at_once(void **state)
{
    struct station *station = *state;
    struct stopper stopper = {station, 0};
    struct scripted_answer script[COUNT(healthy)];
    pthread_t thread;

    script_with(station, script,
                (struct scripted_answer){.target = "service=" SYSTEM, .end = END_NEVER});
    assert_int_equal(pthread_create(&thread, NULL, stop_while_it_hangs, &stopper), 0);
    assert_int_equal(collect(station, 60000), ERR_OK);
    int64_t ended_ms = clock_monotonic_ms();
    (void)pthread_join(thread, NULL);
    assert_true(ended_ms - stopper.stopped_ms < 200);
    assert_int_equal(failures(station, ERR_TIMEOUT), 0);
}

static void services_that_leave_leave_the_snapshot(void **state)
{
    static const struct scripted_answer fewer[] = {
        {.target = "/services",
         .bytes = STR(OK_HEAD "{\"services\": [\"" SYSTEM "\"], \"success\": true}")},
        {.target = "service=" SYSTEM, .bytes = SYSTEM_BYTES},
    };
    struct station *station = *state;

    assert_int_equal(collect(station, 5000), ERR_OK);
    server_script(&station->server, fewer, COUNT(fewer));
    assert_int_equal(collect(station, 5000), ERR_OK);
    check_report(station, SLOT_SYSTEM, ERR_OK, 1);
    assert_null(station->scrapers.reports[1]);
    server_script(&station->server, healthy, COUNT(healthy));
    assert_int_equal(collect(station, 5000), ERR_OK);
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

#define STATION_TEST(test)                                                               \
    cmocka_unit_test_setup_teardown(test, open_station, close_station)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STATION_TEST(a_healthy_station_is_read_in_order_of_importance),
        STATION_TEST(settings_are_asked_again_only_when_due),
        STATION_TEST(a_bad_answer_costs_only_its_own_service),
        STATION_TEST(without_a_list_of_services_nothing_else_is_asked),
        cmocka_unit_test(a_closed_port_is_a_connect_failure),
        cmocka_unit_test(a_black_hole_ends_with_the_deadline),
        STATION_TEST(a_hung_service_is_waited_for_then_left_alone),
        STATION_TEST(a_slow_404_is_a_hung_service_even_in_time),
        STATION_TEST(a_hasty_scraper_does_not_blind_the_others),
        STATION_TEST(a_very_late_answer_has_values_but_counts_as_hung),
        STATION_TEST(scrapers_that_join_late_get_the_rest),
        STATION_TEST(a_late_list_of_services_still_serves_who_joined),
        STATION_TEST(a_zombie_is_given_up_at_last),
        STATION_TEST(an_answer_that_drips_is_bounded_like_silence),
        STATION_TEST(a_deadline_that_has_passed_asks_nobody),
        STATION_TEST(a_stop_ends_a_hang_at_once),
        STATION_TEST(services_that_leave_leave_the_snapshot),
        STATION_TEST(values_over_the_limit_of_a_station_are_counted),
        STATION_TEST(services_over_the_limit_are_left_out_and_counted),
        cmocka_unit_test(open_says_which_file_of_which_flag_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
