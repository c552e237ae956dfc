/* mqtt_source.c - the latest readings of a GX, out of memory.
 *
 * One thread talks to the broker and fills a cache; a collect copies references.  Nothing
 * that a broker, a network or a resolver does reaches a scrape.
 */
#include <mosquitto.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/random.h"
#include "model/limits.h"
#include "model/report.h"
#include "model/want.h"
#include "source/mqtt_access.h"
#include "source/mqtt_backoff.h"
#include "source/mqtt_connection.h"
#include "source/mqtt_session.h"
#include "source/reading_cache.h"
#include "source/source_ops.h"

#define ACCESS_BYTES_MAX ((size_t)64 * 1024)

/* For the thread to end.  All it does is quick but one thing: getaddrinfo cannot be
 * interrupted, and may take the resolver's whole patience. */
#define CLOSE_WITHIN_MS 1000

struct mqtt_station {
    struct source source; /* first: what the callers of struct source_ops hold */
    int64_t stale_after_ms;
    struct deadline ready_by;
    struct arena access_arena; /* of access */
    struct mqtt_access access;
    struct reading_cache *cache;
    struct mqtt_session *session; /* the talking thread's */
    struct want_list wants;       /* borrowed, see source_set_wants */

    pthread_t thread;
    atomic_bool is_stopped;
    int wake_fd;  /* readable: look at is_stopped */
    int ended_fd; /* readable: the thread has ended */
};

static struct mqtt_station *station_of(struct source *source)
{
    return (struct mqtt_station *)source;
}

static void raise_flag(int event_fd)
{
    const uint64_t one = 1;
    ssize_t written = write(event_fd, &one, sizeof one);

    (void)written; /* cannot fail below 2^64 - 1 */
}

static void wait_for_flag(int event_fd, int64_t wait_ms)
{
    struct pollfd line = {.fd = event_fd, .events = POLLIN};

    (void)poll(&line, 1, (int)wait_ms);
}

/* One connection, from the name to its end. */
static enum err converse(struct mqtt_station *station, size_t attempt,
                         struct error *error)
{
    const struct mqtt_listener listener = {mqtt_session_message, station->session};
    struct mqtt_connection *connection = NULL;
    enum err outcome = mqtt_connection_open(&station->access, attempt, &listener,
                                            station->wake_fd, &connection, error);

    while (outcome == ERR_OK && !atomic_load(&station->is_stopped)) {
        int64_t wait_ms = mqtt_session_step(station->session, connection);
        outcome = mqtt_connection_wait(connection, wait_ms, error);
    }
    mqtt_connection_close(connection);
    return outcome;
}

/* The station falls silent in the meantime, which somebody must notice. */
static void pause_for(struct mqtt_station *station, int64_t pause_ms)
{
    struct deadline end = deadline_in_ms(pause_ms);

    while (!atomic_load(&station->is_stopped) && !deadline_has_passed(end)) {
        int64_t wait_ms = mqtt_session_step(station->session, NULL);
        int64_t left_ms = deadline_left_ms(end);
        wait_for_flag(station->wake_fd, wait_ms < left_ms ? wait_ms : left_ms);
    }
}

static void *talk(void *context)
{
    struct mqtt_station *station = context;
    struct mqtt_backoff backoff = {0};
    size_t attempt = 0;

    (void)prctl(PR_SET_NAME, "mqtt");
    while (!atomic_load(&station->is_stopped)) {
        struct error error = {.code = ERR_OK};
        if (converse(station, attempt, &error) == ERR_OK)
            break; /* stopped */
        if (mqtt_session_is_steady(station->session))
            mqtt_backoff_reset(&backoff);
        attempt = mqtt_session_has_spoken(station->session) ? 0 : attempt + 1;
        mqtt_session_lost(station->session, &error);
        pause_for(station,
                  mqtt_backoff_next(&backoff, error.code, (uint32_t)random_number()));
    }
    raise_flag(station->ended_fd);
    return NULL;
}

static void station_free(struct mqtt_station *station)
{
    mqtt_session_free(station->session);
    reading_cache_free(station->cache);
    arena_free(&station->access_arena);
    if (station->wake_fd >= 0)
        (void)close(station->wake_fd);
    if (station->ended_fd >= 0)
        (void)close(station->ended_fd);
    free(station);
}

static enum err station_start(struct mqtt_station *station, struct error *error)
{
    station->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    station->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    station->cache = reading_cache_new();
    if (station->cache)
        station->session =
            mqtt_session_new(&station->access, station->stale_after_ms, station->cache);
    if (!station->session || station->wake_fd < 0 || station->ended_fd < 0)
        return error_set(error, ERR_MEMORY, "no memory or descriptors for MQTT");
    (void)mosquitto_lib_init();
    if (pthread_create(&station->thread, NULL, talk, station) == 0)
        return ERR_OK;
    (void)mosquitto_lib_cleanup();
    return error_set(error, ERR_MEMORY, "no thread for MQTT");
}

static enum err mqtt_open(const struct source_options *options,
                          struct source **out_source, struct error *error)
{
    struct mqtt_station *station = calloc(1, sizeof *station);

    if (!station)
        return error_set(error, ERR_MEMORY, "no memory for MQTT");
    station->source.ops = &mqtt_source;
    station->wake_fd = -1;
    station->ended_fd = -1;
    station->access_arena = arena_new(ACCESS_BYTES_MAX);
    station->stale_after_ms = options->mqtt_stale_after_ms;
    station->ready_by = deadline_in_ms(options->answer_timeout_ms);
    enum err outcome =
        mqtt_access_load(options, &station->access_arena, &station->access, error);
    if (outcome == ERR_OK)
        outcome = station_start(station, error);
    if (outcome != ERR_OK)
        station_free(station);
    else
        *out_source = &station->source;
    return outcome;
}

static bool mqtt_is_ready(struct source *source)
{
    struct mqtt_station *station = station_of(source);
    struct cache_status status;

    reading_cache_status(station->cache, &status);
    return status.is_ready || deadline_has_passed(station->ready_by);
}

static void mqtt_set_wants(struct source *source, const struct want_list *wants)
{
    station_of(source)->wants = *wants;
}

static bool has_readings(const struct mqtt_station *station,
                         const struct cache_status *status)
{
    return status->is_shown &&
           clock_monotonic_ms() - status->life_at_ms <= station->stale_after_ms;
}

static enum err mqtt_collect(struct source *source, const struct collector *collector,
                             struct error *error)
{
    struct mqtt_station *station = station_of(source);
    struct cache_status status;
    size_t count = 0;

    reading_cache_status(station->cache, &status);
    if (!has_readings(station, &status))
        return error_set(error, status.error.code, "%s", status.error.text);
    size_t end = reading_cache_slot_end(station->cache);
    for (size_t slot = 0; slot < end; slot++) {
        struct report *report = reading_cache_report(station->cache, slot);
        if (report && want_find(&station->wants, report->device)) {
            collector->put(collector->context, slot, report);
            count++;
        } else {
            report_release(report);
        }
    }
    if (count == 0)
        return error_set(error, ERR_EMPTY,
                         "the station lives, but has said no value yet");
    return ERR_OK;
}

/* A collect is over before anybody could interrupt it. */
static void mqtt_interrupt(struct source *source)
{
    (void)source;
}

static void mqtt_facts(struct source *source, struct source_facts *out_facts)
{
    struct cache_status status;

    reading_cache_status(station_of(source)->cache, &status);
    *out_facts = status.facts;
}

/* A thread that hangs in getaddrinfo is left behind with all that it may still touch:
 * the process is about to end, and must not wait for a resolver. */
static void mqtt_close(struct source *source)
{
    struct mqtt_station *station = station_of(source);
    struct pollfd ended = {.fd = station->ended_fd, .events = POLLIN};

    atomic_store(&station->is_stopped, true);
    raise_flag(station->wake_fd);
    if (poll(&ended, 1, CLOSE_WITHIN_MS) != 1) {
        (void)pthread_detach(station->thread);
        return;
    }
    (void)pthread_join(station->thread, NULL);
    (void)mosquitto_lib_cleanup();
    station_free(station);
}

const struct source_ops mqtt_source = {
    .schemes = "mqtt mqtts vrm",
    .waits = false,
    .open = mqtt_open,
    .is_ready = mqtt_is_ready,
    .set_wants = mqtt_set_wants,
    .collect = mqtt_collect,
    .interrupt = mqtt_interrupt,
    .facts = mqtt_facts,
    .close = mqtt_close,
};
