/* mqtt_day_test.c - a day with a GX whose values do not change, on a clock of our own.
 *
 * The station is here as the broker shows it: for 60 s after a keepalive it lives, beats
 * every 3 s, and says nothing of what stays as it is; a keepalive that does not ask it to
 * be quiet brings a full publish and its completion.
 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cache_input.h"
#include "source/mqtt_access.h"
#include "source/mqtt_connection.h"
#include "source/mqtt_session.h"

#define STALE_AFTER_MS 60000
#define LIFE_MS 60000
#define BEAT_MS 3000
#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define STEPS_MAX 1000000
#define MINUTES_TO_LIE 2

#define OURS "N/c0619ab0e550/"

static const char *const constants[][2] = {
    {OURS "system/0/Dc/Battery/Soc", "{\"value\":81}"},
    {OURS "battery/512/Soc", "{\"value\":81}"},
    {OURS "battery/512/Dc/0/Voltage", "{\"value\":52.5}"},
    {OURS "tank/3/Level", "{\"value\":0}"},
};

struct world {
    struct reading_cache *cache;
    struct mqtt_session *session;
    int64_t now_ms, alive_until_ms, beat_at_ms;
    char echo[64]; /* of a full publish that was asked for; empty: none */
    bool is_full_asked;
    size_t keepalives, fulls;
};

static struct world world;

int64_t __wrap_clock_monotonic_ms(void);
double __wrap_clock_unix_seconds(void);
bool __wrap_mqtt_connection_is_up(const struct mqtt_connection *connection);
void __wrap_mqtt_connection_subscribe(struct mqtt_connection *connection,
                                      const char *topic);
void __wrap_mqtt_connection_publish(struct mqtt_connection *connection, const char *topic,
                                    struct str payload);

int64_t __wrap_clock_monotonic_ms(void)
{
    return world.now_ms;
}

double __wrap_clock_unix_seconds(void)
{
    return NOW + (double)world.now_ms / 1000;
}

bool __wrap_mqtt_connection_is_up(const struct mqtt_connection *connection)
{
    return connection != NULL;
}

void __wrap_mqtt_connection_subscribe(struct mqtt_connection *connection,
                                      const char *topic)
{
    assert_non_null(connection);
    assert_string_equal(topic, OURS "#");
}

/* {"keepalive-options":[{"full-publish-completed-echo":"..."}]}: the fifth quoted text.
 */
static struct str echo_in(struct str payload)
{
    struct str text = {0};

    for (int quote = 0; quote < 6; quote++)
        text = str_cut(&payload, '"');
    return text;
}

void __wrap_mqtt_connection_publish(struct mqtt_connection *connection, const char *topic,
                                    struct str payload)
{
    assert_non_null(connection);
    assert_string_equal(topic, "R/c0619ab0e550/keepalive");
    world.alive_until_ms = world.now_ms + LIFE_MS;
    world.keepalives++;
    if (str_equal(payload, STR_OF("{\"keepalive-options\":[\"suppress-republish\"]}")))
        return;
    struct str echo = echo_in(payload);
    assert_in_range(echo.n, 1, sizeof world.echo - 1);
    (void)snprintf(world.echo, sizeof world.echo, "%.*s", STR_ARG(echo));
    world.is_full_asked = true;
    world.fulls++;
}

static void say(const char *topic, const char *payload)
{
    mqtt_session_message(world.session, str_from(topic), str_from(payload), false);
}

static void publish_all(void)
{
    char completion[128];

    for (size_t i = 0; i < COUNT(constants); i++)
        say(constants[i][0], constants[i][1]);
    (void)snprintf(completion, sizeof completion,
                   "{\"full-publish-completed-echo\":\"%s\",\"value\":1}", world.echo);
    say(OURS "full_publish_completed", completion);
    world.is_full_asked = false;
}

static void beat(void)
{
    char payload[64];

    (void)snprintf(payload, sizeof payload, "{\"value\":%" PRId64 "}",
                   (int64_t)NOW + world.now_ms / 1000);
    say(OURS "heartbeat", payload);
    world.beat_at_ms = world.now_ms + BEAT_MS;
}

/* What the GX does of itself, then what the session does; until the next of either. */
static void turn(bool is_mute)
{
    struct mqtt_connection *connection = (struct mqtt_connection *)&world;

    if (!is_mute && world.is_full_asked)
        publish_all();
    if (!is_mute && world.now_ms >= world.beat_at_ms &&
        world.now_ms < world.alive_until_ms)
        beat();
    int64_t wait_ms = mqtt_session_step(world.session, connection);
    world.now_ms += wait_ms > 1 ? wait_ms : 1;
}

static void run_until(int64_t end_ms, bool is_mute)
{
    for (int i = 0; i < STEPS_MAX && world.now_ms < end_ms; i++)
        turn(is_mute);
    assert_true(world.now_ms >= end_ms);
}

static void check_constants(void)
{
    void *cache = world.cache;
    struct report *battery;

    assert_int_equal(count_devices(&cache), 3);
    check_device(&cache, 0, "system", 1);
    battery = report_in(&cache, 1, "battery", 2);
    assert_true(report_find(battery, STR_OF("/Soc"))->number == 81);
    report_release(battery);
    check_device(&cache, 2, "tank", 1);
}

static int open_world(void **state)
{
    static const struct mqtt_access access = {
        .host = STR("venus.local"), .port = 1883, .portal = STR("c0619ab0e550")};

    (void)state;
    world = (struct world){.now_ms = 1000, .cache = reading_cache_new()};
    assert_non_null(world.cache);
    world.session = mqtt_session_new(&access, STALE_AFTER_MS, world.cache);
    return world.session ? 0 : -1;
}

static int close_world(void **state)
{
    (void)state;
    mqtt_session_free(world.session);
    reading_cache_free(world.cache);
    return 0;
}

static void a_value_that_does_not_change_stays_for_a_day(void **state)
{
    (void)state;
    run_until(world.now_ms + 5000, false);
    check_constants();
    for (int hour = 0; hour < 24; hour++) {
        run_until(world.now_ms + DAY_MS / 24, false);
        check_constants();
    }
    /* A full one at the start, 10 s and 60 s later, and every 15 min. */
    assert_in_range(world.fulls, 96, 100);
    /* Often enough for a GX that forgets us after 60 s, not more than thrice that. */
    assert_in_range(world.keepalives, DAY_MS / LIFE_MS, 3 * DAY_MS / LIFE_MS);
}

static void and_goes_when_the_gx_falls_silent_after_that_day(void **state)
{
    void *cache = world.cache;

    (void)state;
    run_until(DAY_MS, false);
    check_constants();
    run_until(world.now_ms + STALE_AFTER_MS - BEAT_MS - 1000, true);
    check_constants();
    run_until(world.now_ms + BEAT_MS + 2000, true);
    assert_int_equal(count_devices(&cache), 0);
    run_until(world.now_ms + MINUTES_TO_LIE * INT64_C(60000), true);
    assert_int_equal(count_devices(&cache), 0);
    run_until(world.now_ms + 5000, false);
    check_constants();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_value_that_does_not_change_stays_for_a_day,
                                        open_world, close_world),
        cmocka_unit_test_setup_teardown(and_goes_when_the_gx_falls_silent_after_that_day,
                                        open_world, close_world),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
