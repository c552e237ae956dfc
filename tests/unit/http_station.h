/* http_station.h - the http source against a scripted server, and those who wait for it.
 *
 * The times are a fraction of a real station's; what is asserted of them has room for a
 * busy machine.  A test in which nothing is to be late defines longer ones first.
 */
#ifndef TESTS_HTTP_STATION_H
#define TESTS_HTTP_STATION_H

#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "model/report.h"
#include "model/want.h"
#include "scripted_server.h"
#include "source/http_source.h"
#include "source/source_ops.h"

#ifndef LATE_MAX_MS
#define LATE_MAX_MS 1300
#define HUNG_MS 300
#define ANSWER_TIMEOUT_MS 700
#endif
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

static inline struct deadline scrapers_deadline(void *context)
{
    struct scrapers *scrapers = context;

    return (struct deadline){atomic_load(&scrapers->deadline_ms)};
}

static inline bool scrapers_are_stopped(void *context)
{
    struct scrapers *scrapers = context;

    return atomic_load(&scrapers->is_stopped);
}

static inline void scrapers_put(void *context, size_t slot, struct report *report)
{
    struct scrapers *scrapers = context;

    assert_true(slot < LIMIT_SERVICES);
    report_release(scrapers->reports[slot]);
    scrapers->reports[slot] = report;
}

static inline size_t count_values(const struct scrapers *scrapers)
{
    size_t count = 0;

    for (size_t i = 0; i < LIMIT_SERVICES; i++)
        count += scrapers->reports[i] ? scrapers->reports[i]->reading_count : 0;
    return count;
}

static inline void scrapers_settle(void *context)
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

static inline void forget_reports(struct scrapers *scrapers)
{
    for (size_t i = 0; i < LIMIT_SERVICES; i++) {
        report_release(scrapers->reports[i]);
        scrapers->reports[i] = NULL;
    }
}

static inline enum err collect(struct station *station, int64_t deadline_ms)
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

static inline struct source *source_of(uint16_t port)
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

static inline int open_station(void **state)
{
    struct station *station = calloc(1, sizeof *station);

    station->script_bytes = buf_new(MANY_BYTES);
    server_start(&station->server);
    server_script(&station->server, healthy, COUNT(healthy));
    station->source = source_of(station->server.port);
    *state = station;
    return 0;
}

static inline int close_station(void **state)
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
static inline void script_with(struct station *station, struct scripted_answer *script,
                               struct scripted_answer other)
{
    for (size_t i = 0; i < COUNT(healthy); i++) {
        bool is_it = strcmp(healthy[i].target, other.target) == 0;
        script[i] = is_it ? other : healthy[i];
    }
    server_script(&station->server, script, COUNT(healthy));
}

static inline void check_asked(struct station *station, const char *expected)
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

static inline uint64_t failures(struct station *station, enum err reason)
{
    struct source_facts facts;

    http_source.facts(station->source, &facts);
    return facts.failures[reason];
}

static inline void check_report(struct station *station, size_t slot, enum err outcome,
                                size_t values)
{
    const struct report *report = station->scrapers.reports[slot];

    assert_non_null(report);
    assert_int_equal(report->outcome, outcome);
    assert_int_equal(report->reading_count, values);
    assert_true((report->updated_at > 0) == (values > 0));
}

#define STATION_TEST(test)                                                               \
    cmocka_unit_test_setup_teardown(test, open_station, close_station)

#endif
