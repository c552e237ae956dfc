/* station_test.c - many scrapers, one conversation; each is answered at its own deadline.
 *
 * The source is played by this file: it does what the script of a test says.
 */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "model/snapshot.h"
#include "model/want.h"
#include "source/source.h"
#include "station.h"

/* No test waits longer; a passing one waits a few milliseconds. */
#define PATIENCE_MS 5000

struct source {
    bool waits;
    atomic_int collects;
    atomic_bool may_end;    /* collect goes on until this is set */
    atomic_bool says_late;  /* settle is called while collect goes on */
    struct station *joined; /* by a scraper after the first collect gave up */
    struct want_list wants; /* borrowed, as by every source */
    char first_wanted[16];  /* read from them by the last collect */
};

static void pause_ms(long ms)
{
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};

    (void)nanosleep(&pause, NULL);
}

static struct report *a_report(const char *service)
{
    struct report *report = report_new(str_from(service), STR_OF("battery"), 2);

    report_add(report, STR_OF("/Soc"),
               (struct value){.kind = VALUE_NUMBER, .number = 81});
    report_identify(report);
    return report;
}

bool source_waits(const struct source *source)
{
    return source->waits;
}

bool source_is_ready(struct source *source)
{
    return atomic_load(&source->collects) > 0;
}

void source_set_wants(struct source *source, const struct want_list *wants)
{
    source->wants = *wants;
}

/* Time runs out before the second service; a scraper with time of its own comes when that
 * has been noticed and the collect has not yet returned. */
static enum err give_up(struct source *source, const struct collector *collector)
{
    while (!deadline_has_passed(collector->deadline(collector->context)))
        pause_ms(1);
    collector->put(collector->context, 2, a_report("gone"));
    collector->settle(collector->context);
    (void)station_join(source->joined, deadline_in_ms(PATIENCE_MS));
    return ERR_TIMEOUT;
}

enum err source_collect(struct source *source, const struct collector *collector,
                        struct error *error)
{
    if (source->wants.count)
        (void)snprintf(source->first_wanted, sizeof source->first_wanted, "%.*s",
                       STR_ARG(source->wants.wants[0].device));
    int before = atomic_fetch_add(&source->collects, 1);
    collector->put(collector->context, 0, a_report("first"));
    if (source->joined && before == 0)
        return error_set(error, give_up(source, collector), "given up");
    bool has_settled = false;
    while (!atomic_load(&source->may_end) && !collector->is_stopped(collector->context)) {
        bool is_late = deadline_has_passed(collector->deadline(collector->context));
        if (is_late && !has_settled && atomic_load(&source->says_late))
            collector->settle(collector->context);
        has_settled = is_late;
        pause_ms(1);
    }
    collector->put(collector->context, 1, a_report("second"));
    collector->settle(collector->context);
    return ERR_OK;
}

void source_interrupt(struct source *source)
{
    (void)source;
}

void source_facts(struct source *source, struct source_facts *out_facts)
{
    (void)source;
    *out_facts = (struct source_facts){0};
}

void source_close(struct source *source)
{
    (void)source;
}

/* All that is said here is gone when it returns. */
static void want_only(struct station *station, const char *device)
{
    char name[16] = "";
    struct error error;

    memcpy(name, device, strlen(device));
    const struct want wants[] = {{str_from(name), 1, 0}};
    const struct want_list list = {wants, 1, NULL, 0};
    assert_int_equal(station_set_wants(station, &list, &error), ERR_OK);
    memset(name, '?', sizeof name);
}

static struct station *open_station(struct source *source, int64_t min_interval_ms)
{
    const struct station_options options = {.min_interval_ms = min_interval_ms};
    struct station *station = NULL;
    struct error error;

    assert_int_equal(station_open(source, &options, &station, &error), ERR_OK);
    want_only(station, "battery");
    return station;
}

static size_t reports_in_snapshot(struct station *station, uint64_t fetch,
                                  bool *out_is_complete)
{
    struct snapshot *snapshot = station_snapshot(station, fetch);
    size_t count = snapshot->report_count;

    *out_is_complete = snapshot->is_complete;
    snapshot_release(snapshot);
    return count;
}

/* A fetch settles a moment before it has ended. */
static void await_end(struct station *station)
{
    struct snapshot *snapshot = NULL;

    for (int i = 0; i < PATIENCE_MS && !snapshot; i++) {
        snapshot = station_recent_snapshot(station, PATIENCE_MS);
        pause_ms(1);
    }
    assert_non_null(snapshot);
    snapshot_release(snapshot);
}

static void overlapping_scrapes_share_a_fetch(void **state)
{
    struct source source = {.waits = true};
    struct station *station = open_station(&source, 0);
    bool is_complete;
    (void)state;

    uint64_t first = station_join(station, deadline_in_ms(PATIENCE_MS));
    uint64_t second = station_join(station, deadline_in_ms(PATIENCE_MS));
    assert_int_equal(first, second);
    assert_false(station_is_settled(station, first));
    atomic_store(&source.may_end, true);
    station_wait(station, first, deadline_in_ms(PATIENCE_MS));
    assert_true(station_is_settled(station, second));
    assert_int_equal(reports_in_snapshot(station, first, &is_complete), 2);
    assert_int_equal(atomic_load(&source.collects), 1);
    station_close(station);
}

static void a_new_scrape_soon_after_shares_the_last_fetch(void **state)
{
    struct source source = {.waits = true};
    struct station *station = open_station(&source, 60000);
    (void)state;

    atomic_store(&source.may_end, true);
    uint64_t first = station_join(station, deadline_in_ms(PATIENCE_MS));
    await_end(station);
    assert_int_equal(station_join(station, deadline_in_ms(PATIENCE_MS)), first);
    assert_int_equal(atomic_load(&source.collects), 1);
    station_close(station);
}

static void a_later_scrape_starts_a_fetch_of_its_own(void **state)
{
    struct source source = {.waits = true};
    struct station *station = open_station(&source, 0);
    (void)state;

    atomic_store(&source.may_end, true);
    uint64_t first = station_join(station, deadline_in_ms(PATIENCE_MS));
    await_end(station);
    assert_true(station_join(station, deadline_in_ms(PATIENCE_MS)) > first);
    station_close(station);
}

static void a_hanging_fetch_is_answered_at_the_deadline_and_stays_current(void **state)
{
    struct source source = {.waits = true, .says_late = true};
    struct station *station = open_station(&source, 0);
    bool is_complete;
    (void)state;

    uint64_t fetch = station_join(station, deadline_in_ms(20));
    station_wait(station, fetch, deadline_in_ms(PATIENCE_MS));
    assert_int_equal(reports_in_snapshot(station, fetch, &is_complete), 1);
    assert_false(is_complete);

    /* The next one joins the same fetch, waits anew, and sees its end. */
    assert_int_equal(station_join(station, deadline_in_ms(PATIENCE_MS)), fetch);
    assert_false(station_is_settled(station, fetch));
    atomic_store(&source.may_end, true);
    station_wait(station, fetch, deadline_in_ms(PATIENCE_MS));
    assert_int_equal(reports_in_snapshot(station, fetch, &is_complete), 2);
    station_close(station);
}

/* Its server runs the scrapers one after the other: a new one may start a fetch before
 * another that was woken by the end of the last one gets its page. */
static void a_fetch_that_ended_is_answered_in_full_while_the_next_one_runs(void **state)
{
    struct source source = {.waits = true};
    struct station *station = open_station(&source, 0);
    bool is_complete;
    (void)state;

    atomic_store(&source.may_end, true);
    uint64_t ended = station_join(station, deadline_in_ms(PATIENCE_MS));
    await_end(station);
    atomic_store(&source.may_end, false);
    uint64_t running = station_join(station, deadline_in_ms(PATIENCE_MS));
    assert_true(running > ended);
    assert_int_equal(reports_in_snapshot(station, ended, &is_complete), 2);
    assert_true(is_complete);
    station_close(station);
}

static void who_joins_as_the_source_gives_up_gets_a_collect_with_its_own_time(
    void **state)
{
    struct source source = {.waits = true, .may_end = true};
    struct station *station = open_station(&source, 0);
    struct snapshot *snapshot = NULL;
    (void)state;

    source.joined = station;
    uint64_t fetch = station_join(station, deadline_in_ms(20));
    await_end(station);
    assert_int_equal(atomic_load(&source.collects), 2);
    snapshot = station_snapshot(station, fetch);
    assert_int_equal(snapshot->failure.code, ERR_OK);
    assert_int_equal(snapshot->report_count, 2);
    check_str(snapshot->reports[0]->service, "first");
    check_str(snapshot->reports[1]->service, "second");
    snapshot_release(snapshot);
    station_close(station);
}

static void closing_ends_a_fetch_that_hangs(void **state)
{
    struct source source = {.waits = true};
    struct station *station = open_station(&source, 0);
    (void)state;

    (void)station_join(station, deadline_in_ms(PATIENCE_MS * 10));
    int64_t before = clock_monotonic_ms();
    station_close(station);
    assert_true(clock_monotonic_ms() - before < PATIENCE_MS);
}

static void a_source_in_memory_is_collected_at_once(void **state)
{
    struct source source = {.waits = false, .may_end = true};
    struct station *station = open_station(&source, 60000);
    bool is_complete;
    (void)state;

    uint64_t first = station_join(station, deadline_in_ms(PATIENCE_MS));
    assert_true(station_is_settled(station, first));
    assert_int_equal(reports_in_snapshot(station, first, &is_complete), 2);
    assert_true(is_complete);
    assert_true(station_join(station, deadline_in_ms(PATIENCE_MS)) > first);
    station_close(station);
}

static void the_last_wants_are_told_and_stay_good(void **state)
{
    struct source source = {.waits = false};
    struct station *station = open_station(&source, 0);
    (void)state;

    atomic_store(&source.may_end, true);
    for (int i = 0; i < 2; i++) {
        (void)station_join(station, deadline_in_ms(PATIENCE_MS));
        assert_string_equal(source.first_wanted, "battery");
    }
    want_only(station, "vebus");
    want_only(station, "tank");
    for (int i = 0; i < 2; i++) {
        (void)station_join(station, deadline_in_ms(PATIENCE_MS));
        assert_string_equal(source.first_wanted, "tank");
    }
    want_only(station, "evcharger"); /* nobody fetches any more */
    station_close(station);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overlapping_scrapes_share_a_fetch),
        cmocka_unit_test(a_new_scrape_soon_after_shares_the_last_fetch),
        cmocka_unit_test(a_later_scrape_starts_a_fetch_of_its_own),
        cmocka_unit_test(a_hanging_fetch_is_answered_at_the_deadline_and_stays_current),
        cmocka_unit_test(a_fetch_that_ended_is_answered_in_full_while_the_next_one_runs),
        cmocka_unit_test(
            who_joins_as_the_source_gives_up_gets_a_collect_with_its_own_time),
        cmocka_unit_test(closing_ends_a_fetch_that_hangs),
        cmocka_unit_test(a_source_in_memory_is_collected_at_once),
        cmocka_unit_test(the_last_wants_are_told_and_stay_good),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
