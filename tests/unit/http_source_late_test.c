/* http_source_late_test.c - deadlines: they are kept, whatever the station does, and
 * there is never more than one request. */
#include "base/log.h"
#include "http_station.h"

#define DEADLINE_MS 300
#define HUNG_ANSWER_MS 1000

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
    assert_int_equal(collect(&station, DEADLINE_MS), ERR_TIMEOUT);
    assert_true(station.took_ms >= DEADLINE_MS && station.took_ms < LATE_MAX_MS);
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
                                         .delay_ms = HUNG_ANSWER_MS,
                                         .bytes = NOT_FOUND_BYTES});
    assert_int_equal(collect(station, DEADLINE_MS), ERR_OK);
    assert_true(station->took_ms >= HUNG_ANSWER_MS);
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
                                         .delay_ms = HUNG_MS + 100,
                                         .bytes = NOT_FOUND_BYTES});
    assert_int_equal(collect(station, 5000), ERR_OK);
    check_report(station, SLOT_BATTERY, ERR_TIMEOUT, 0);
    check_report(station, SLOT_SETTINGS, ERR_OK, 1);
    assert_int_equal(failures(station, ERR_TIMEOUT), 1);
    assert_int_equal(failures(station, ERR_NOT_FOUND), 0);
    assert_int_equal(collect(station, 5000), ERR_OK);
    check_report(station, SLOT_BATTERY, ERR_SKIPPED, 0);
}

/* It is asked last the next time, no more. */
static void a_hasty_scraper_does_not_blind_the_others(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    script_with(station, script,
                (struct scripted_answer){.target = "service=" BATTERY,
                                         .delay_ms = DEADLINE_MS + 150,
                                         .bytes = BATTERY_BYTES});
    assert_int_equal(collect(station, DEADLINE_MS), ERR_OK);
    assert_int_equal(station->scrapers.settles, 1);
    check_report(station, SLOT_BATTERY, ERR_OK, 3);
    assert_int_equal(failures(station, ERR_TIMEOUT), 1);
    server_script(&station->server, script, COUNT(healthy));
    assert_int_equal(collect(station, 5000), ERR_OK);
    check_report(station, SLOT_BATTERY, ERR_OK, 3);
    check_asked(station, "/services system settings ttyO1");
}

static void a_very_late_answer_has_values_but_counts_as_hung(void **state)
{
    struct station *station = *state;
    struct scripted_answer script[COUNT(healthy)];

    script_with(station, script,
                (struct scripted_answer){.target = "service=" BATTERY,
                                         .delay_ms = ANSWER_TIMEOUT_MS + 150,
                                         .bytes = BATTERY_BYTES});
    assert_int_equal(collect(station, DEADLINE_MS), ERR_OK);
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
                                         .delay_ms = HUNG_ANSWER_MS,
                                         .bytes = NOT_FOUND_BYTES});
    station->scrapers.joiners_ms[0] = DEADLINE_MS;
    station->scrapers.joiners_ms[1] = 5000;
    assert_int_equal(collect(station, DEADLINE_MS), ERR_OK);
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
                (struct scripted_answer){.target = "/services",
                                         .delay_ms = DEADLINE_MS + 150,
                                         .bytes = SERVICES_BYTES});
    station->scrapers.joiners_ms[0] = 5000;
    assert_int_equal(collect(station, DEADLINE_MS), ERR_OK);
    check_asked(station, "/services system ttyO1 settings");
    check_report(station, SLOT_SYSTEM, ERR_OK, 1);
    assert_int_equal(failures(station, ERR_TIMEOUT), 1);

    station->scrapers.joiners_ms[0] = 0;
    assert_int_equal(collect(station, DEADLINE_MS), ERR_TIMEOUT);
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
    assert_int_equal(collect(station, DEADLINE_MS), ERR_OK);
    assert_in_range((uintmax_t)station->took_ms, LATE_MAX_MS, 3 * LATE_MAX_MS);
    check_asked(station, "/services system");
    check_report(station, SLOT_SYSTEM, ERR_TIMEOUT, 0);
    check_report(station, SLOT_BATTERY, ERR_SKIPPED, 0);

    script_with(station, script,
                (struct scripted_answer){.target = "/services", .end = END_NEVER});
    station->scrapers.joiners_ms[0] = 0;
    assert_int_equal(collect(station, DEADLINE_MS), ERR_TIMEOUT);
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
    assert_int_equal(collect(station, DEADLINE_MS), ERR_OK);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };

    log_configure(LOG_ERROR, LOG_LOGFMT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
