/* mqtt_schedule_test.c - when the station is asked for what, and when it counts as dead.
 */
#include "check.h"

#include "source/mqtt_backoff.h"
#include "source/mqtt_schedule.h"

#define STALE_AFTER_MS 60000
#define START_MS 1000000
#define DAY_MS (24 * 3600 * 1000)

/* The next task of that kind, with heartbeats every beat_ms (0: none) until then; -1 if
 * there is none until until_ms.  Other tasks are done on the way. */
static int64_t next_of(struct mqtt_schedule *schedule, enum mqtt_task wanted,
                       int64_t now_ms, int64_t until_ms, int64_t beat_ms)
{
    for (int64_t at_ms = now_ms; at_ms <= until_ms; at_ms++) {
        if (beat_ms && (at_ms - START_MS) % beat_ms == 0) {
            (void)mqtt_schedule_life(schedule, at_ms);
            mqtt_schedule_heartbeat(schedule, at_ms);
        }
        for (enum mqtt_task task = mqtt_schedule_next(schedule, at_ms); task;
             task = mqtt_schedule_next(schedule, at_ms))
            if (task == wanted)
                return at_ms;
    }
    return -1;
}

static struct mqtt_schedule connected(void)
{
    struct mqtt_schedule schedule = mqtt_schedule_new(STALE_AFTER_MS);

    mqtt_schedule_connected(&schedule, START_MS);
    return schedule;
}

static void full_publishes_come_at_once_then_seldom(void **state)
{
    static const int64_t at_ms[] = {0, 10000, 60000, 960000, 1860000};
    struct mqtt_schedule schedule = connected();
    int64_t now_ms = START_MS;

    (void)state;
    for (size_t i = 0; i < COUNT(at_ms); i++) {
        now_ms = next_of(&schedule, MQTT_TASK_FULL, now_ms, START_MS + DAY_MS, 3000);
        assert_int_equal(now_ms - START_MS, at_ms[i]);
    }
}

static void a_keepalive_is_never_further_than_30_s_away(void **state)
{
    struct mqtt_schedule schedule = connected();
    int64_t last_ms = START_MS;

    (void)state;
    for (int64_t now_ms = START_MS; now_ms < START_MS + DAY_MS / 24; now_ms += 100) {
        (void)mqtt_schedule_life(&schedule, now_ms);
        enum mqtt_task task = mqtt_schedule_next(&schedule, now_ms);
        if (task != MQTT_TASK_FULL && task != MQTT_TASK_KEEPALIVE)
            continue;
        assert_true(now_ms - last_ms <= 30000);
        assert_true(now_ms == START_MS || now_ms - last_ms >= 1000);
        last_ms = now_ms;
    }
    assert_true(last_ms > START_MS);
}

static void a_missing_heartbeat_is_counted_once_a_keepalive(void **state)
{
    struct mqtt_schedule schedule = connected();

    (void)state;
    assert_int_equal(
        next_of(&schedule, MQTT_TASK_KEEPALIVE_FAILED, START_MS, START_MS + DAY_MS, 0),
        START_MS + 10000);

    schedule = connected();
    assert_int_equal(next_of(&schedule, MQTT_TASK_KEEPALIVE_FAILED, START_MS,
                             START_MS + 3600000, 3000),
                     -1);
}

static void a_station_without_life_falls_quiet_once(void **state)
{
    struct mqtt_schedule schedule = connected();
    int64_t at_ms;

    (void)state;
    at_ms = next_of(&schedule, MQTT_TASK_QUIET, START_MS, START_MS + DAY_MS, 0);
    assert_int_equal(at_ms, START_MS + STALE_AFTER_MS);
    assert_true(schedule.is_quiet);
    at_ms = next_of(&schedule, MQTT_TASK_QUIET, at_ms, START_MS + 3600000, 0);
    assert_int_equal(at_ms, -1);
}

static void any_message_is_life(void **state)
{
    struct mqtt_schedule schedule = connected();

    (void)state;
    assert_int_equal(
        next_of(&schedule, MQTT_TASK_QUIET, START_MS, START_MS + DAY_MS / 8, 59000), -1);
}

static void a_lost_connection_does_not_prolong_life(void **state)
{
    struct mqtt_schedule schedule = connected();

    (void)state;
    assert_false(mqtt_schedule_life(&schedule, START_MS + 1000));
    mqtt_schedule_disconnected(&schedule);
    mqtt_schedule_connected(&schedule, START_MS + 50000);
    assert_int_equal(
        next_of(&schedule, MQTT_TASK_QUIET, START_MS + 50000, START_MS + DAY_MS, 0),
        START_MS + 1000 + STALE_AFTER_MS);
}

static void without_a_connection_nothing_is_sent(void **state)
{
    struct mqtt_schedule schedule = connected();

    (void)state;
    assert_int_equal(mqtt_schedule_next(&schedule, START_MS), MQTT_TASK_FULL);
    mqtt_schedule_disconnected(&schedule);
    for (int64_t now_ms = START_MS; now_ms < START_MS + DAY_MS; now_ms += 1000) {
        enum mqtt_task task = mqtt_schedule_next(&schedule, now_ms);
        assert_true(task == MQTT_TASK_NONE || task == MQTT_TASK_QUIET);
    }
}

static void life_after_silence_asks_for_everything_at_once(void **state)
{
    struct mqtt_schedule schedule = connected();
    int64_t back_ms = START_MS + 300000;

    (void)state;
    (void)next_of(&schedule, MQTT_TASK_END, START_MS, back_ms - 1, 0);
    assert_true(schedule.is_quiet);
    assert_false(mqtt_schedule_life(&schedule, back_ms));
    assert_int_equal(mqtt_schedule_next(&schedule, back_ms), MQTT_TASK_FULL);
    assert_false(schedule.is_quiet);
}

static void a_thread_that_slept_through_the_silence_is_told(void **state)
{
    struct mqtt_schedule schedule = connected();

    (void)state;
    (void)mqtt_schedule_life(&schedule, START_MS);
    assert_true(mqtt_schedule_life(&schedule, START_MS + STALE_AFTER_MS));
    assert_false(mqtt_schedule_life(&schedule, START_MS + STALE_AFTER_MS + 1));
}

static void a_pause_of_heartbeats_or_a_restart_asks_anew(void **state)
{
    struct mqtt_schedule schedule = connected();
    int64_t now_ms = START_MS;

    (void)state;
    for (int64_t ms = 0; ms <= 90000; ms += 3000)
        (void)next_of(&schedule, MQTT_TASK_END, now_ms + ms, now_ms + ms, 3000);
    now_ms += 90000 + 21000;
    mqtt_schedule_heartbeat(&schedule, now_ms);
    assert_int_equal(next_of(&schedule, MQTT_TASK_FULL, now_ms, now_ms, 0), now_ms);

    mqtt_schedule_started(&schedule, now_ms + 100);
    assert_int_equal(next_of(&schedule, MQTT_TASK_FULL, now_ms + 100, now_ms + 9000, 0),
                     now_ms + 1000);
}

static void a_full_publish_without_an_end_is_overdue(void **state)
{
    struct mqtt_schedule schedule = connected();

    (void)state;
    assert_int_equal(mqtt_schedule_next(&schedule, START_MS), MQTT_TASK_FULL);
    mqtt_schedule_completed(&schedule);
    assert_int_equal(
        next_of(&schedule, MQTT_TASK_FULL_OVERDUE, START_MS, START_MS + DAY_MS, 3000),
        START_MS + 10000 + 30000);
}

static void waits_end_when_something_is_due(void **state)
{
    struct mqtt_schedule schedule = mqtt_schedule_new(STALE_AFTER_MS);

    (void)state;
    assert_int_equal(mqtt_schedule_wait_ms(&schedule, START_MS, 1000), 1000);
    mqtt_schedule_connected(&schedule, START_MS);
    assert_int_equal(mqtt_schedule_wait_ms(&schedule, START_MS, 1000), 0);
    assert_int_equal(mqtt_schedule_next(&schedule, START_MS), MQTT_TASK_FULL);
    assert_int_equal(mqtt_schedule_wait_ms(&schedule, START_MS + 9800, 1000), 200);
}

/* What comes and goes is not well again. */
static void only_life_that_lasts_is_steady(void **state)
{
    struct mqtt_schedule schedule = mqtt_schedule_new(STALE_AFTER_MS);
    int64_t now_ms = START_MS;

    (void)state;
    for (int i = 0; i < 10; i++, now_ms += 30000) {
        mqtt_schedule_connected(&schedule, now_ms);
        assert_int_equal(
            next_of(&schedule, MQTT_TASK_STEADY, now_ms, now_ms + 29000, 3000), -1);
        assert_false(schedule.is_steady);
        mqtt_schedule_disconnected(&schedule);
    }
    mqtt_schedule_connected(&schedule, now_ms);
    int64_t steady_ms =
        next_of(&schedule, MQTT_TASK_STEADY, now_ms, now_ms + DAY_MS, 3000);
    assert_int_equal(steady_ms - now_ms, 30000);
    assert_true(schedule.is_steady);
    assert_int_equal(
        next_of(&schedule, MQTT_TASK_STEADY, steady_ms, steady_ms + DAY_MS / 24, 3000),
        -1); /* said once */
    mqtt_schedule_disconnected(&schedule);
    assert_false(schedule.is_steady);
}

static void a_silence_ends_what_was_steady(void **state)
{
    struct mqtt_schedule schedule = connected();
    int64_t now_ms =
        next_of(&schedule, MQTT_TASK_STEADY, START_MS, START_MS + DAY_MS, 3000);

    (void)state;
    now_ms = next_of(&schedule, MQTT_TASK_QUIET, now_ms, START_MS + DAY_MS, 0);
    assert_false(schedule.is_steady);
    int64_t steady_ms =
        next_of(&schedule, MQTT_TASK_STEADY, now_ms, START_MS + DAY_MS, 3000);
    assert_in_range((uintmax_t)(steady_ms - now_ms), 30000, 33000);
}

static void attempts_get_rarer_and_refusals_rarer_still(void **state)
{
    static const struct {
        enum err failure;
        int64_t delay_s;
    } cases[] = {{ERR_CONNECT, 1}, {ERR_DNS, 2},    {ERR_TIMEOUT, 4}, {ERR_CONNECT, 8},
                 {ERR_AUTH, 30},   {ERR_AUTH, 60},  {ERR_TLS, 120},   {ERR_TLS, 240},
                 {ERR_AUTH, 480},  {ERR_AUTH, 900}, {ERR_AUTH, 900},  {ERR_CONNECT, 60},
                 {ERR_CONNECT, 60}};
    struct mqtt_backoff backoff = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(mqtt_backoff_next(&backoff, cases[i].failure, 0),
                         cases[i].delay_s * 1000);
    mqtt_backoff_reset(&backoff);
    int64_t spread_ms = mqtt_backoff_next(&backoff, ERR_CONNECT, UINT32_MAX);
    assert_true(spread_ms > 1000 && spread_ms < 1200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_publishes_come_at_once_then_seldom),
        cmocka_unit_test(a_keepalive_is_never_further_than_30_s_away),
        cmocka_unit_test(a_missing_heartbeat_is_counted_once_a_keepalive),
        cmocka_unit_test(a_station_without_life_falls_quiet_once),
        cmocka_unit_test(any_message_is_life),
        cmocka_unit_test(a_lost_connection_does_not_prolong_life),
        cmocka_unit_test(without_a_connection_nothing_is_sent),
        cmocka_unit_test(life_after_silence_asks_for_everything_at_once),
        cmocka_unit_test(a_thread_that_slept_through_the_silence_is_told),
        cmocka_unit_test(a_pause_of_heartbeats_or_a_restart_asks_anew),
        cmocka_unit_test(a_full_publish_without_an_end_is_overdue),
        cmocka_unit_test(waits_end_when_something_is_due),
        cmocka_unit_test(only_life_that_lasts_is_steady),
        cmocka_unit_test(a_silence_ends_what_was_steady),
        cmocka_unit_test(attempts_get_rarer_and_refusals_rarer_still),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
