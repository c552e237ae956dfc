/* mqtt_session.c - see mqtt_session.h */
#include "source/mqtt_session.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/random.h"
#include "source/mqtt_access.h"
#include "source/mqtt_connection.h"
#include "source/mqtt_journal.h"
#include "source/mqtt_schedule.h"
#include "source/mqtt_wire.h"
#include "source/reading_cache.h"

/* A GX announces its portal id at once; some old ones never do. */
#define ANNOUNCED_WITHIN_MS 30000

#define STEP_MAX_MS 1000
#define SET_BACK_MIN_SECONDS 1.0     /* less is no clock that was set */
#define SENT_BYTES_MAX ((size_t)256) /* a topic or payload of ours */

struct mqtt_session {
    const struct mqtt_access *access;
    struct reading_cache *cache;
    struct mqtt_reader reader;
    struct mqtt_schedule schedule;
    struct mqtt_journal journal;

    char portal[MQTT_PORTAL_MAX + 1]; /* empty: not found yet */
    char found[MQTT_PORTAL_MAX + 1]; /* to be talked to from now on; empty: nothing new */
    bool is_up;
    bool is_discovering;      /* the discovery topic is subscribed */
    int64_t discovery_end_ms; /* no portal id by then is worth a word; MQTT_NEVER */
    bool has_spoken;
    double clock_zero; /* unix time at which the monotonic clock began, or 0 */

    uint32_t random; /* tells our echo from those of our like */
    uint32_t full_number;
    bool is_echoed; /* the plugin knows echoes */
};

static struct str portal_of(const struct mqtt_session *session)
{
    return str_from(session->portal);
}

static void set_portal(char portal[MQTT_PORTAL_MAX + 1], struct str id)
{
    memcpy(portal, id.p, id.n);
    portal[id.n] = '\0';
}

static void make_echo(const struct mqtt_session *session, struct buf *out)
{
    buf_printf(out, "victron_exporter-%08x-%u", (unsigned)session->random,
               (unsigned)session->full_number);
}

static void set_subscription(const struct mqtt_session *session,
                             struct mqtt_connection *connection,
                             void (*set)(struct mqtt_connection *, const char *))
{
    struct buf topic = buf_new(SENT_BYTES_MAX);

    mqtt_wire_subscription(portal_of(session), &topic);
    buf_add_char(&topic, '\0');
    if (topic.failed)
        mqtt_connection_fail(connection);
    else
        set(connection, topic.p);
    buf_free(&topic);
}

static void send_keepalive(const struct mqtt_session *session,
                           struct mqtt_connection *connection, struct str payload)
{
    struct buf topic = buf_new(SENT_BYTES_MAX);

    mqtt_wire_keepalive_topic(portal_of(session), &topic);
    buf_add_char(&topic, '\0');
    if (topic.failed)
        mqtt_connection_fail(connection);
    else
        mqtt_connection_publish(connection, topic.p, payload);
    buf_free(&topic);
}

static bool end_full(struct mqtt_session *session, enum full_end end)
{
    bool was_complete = reading_cache_end_full(session->cache, end);

    if (was_complete)
        mqtt_journal_full(&session->journal);
    return was_complete;
}

static void ask_full(struct mqtt_session *session, struct mqtt_connection *connection)
{
    struct buf echo = buf_new(SENT_BYTES_MAX);
    struct buf payload = buf_new(SENT_BYTES_MAX);

    (void)end_full(session, FULL_OVERDUE);
    reading_cache_begin_full(session->cache);
    session->full_number++;
    make_echo(session, &echo);
    mqtt_wire_full_payload(buf_str(&echo), &payload);
    send_keepalive(session, connection, buf_str(&payload));
    mqtt_journal_asked_full(&session->journal);
    buf_free(&payload);
    buf_free(&echo);
}

/* Old plugins do not echo: there any completion is taken for ours. */
static void complete(struct mqtt_session *session, struct str echo)
{
    struct buf ours = buf_new(SENT_BYTES_MAX);

    make_echo(session, &ours);
    session->is_echoed = session->is_echoed || echo.n;
    bool is_ours = !session->is_echoed || str_equal(echo, buf_str(&ours));
    if (end_full(session, is_ours ? FULL_ANSWERED : FULL_COMPLETED) || is_ours)
        mqtt_schedule_completed(&session->schedule);
    buf_free(&ours);
}

static void discover(struct mqtt_session *session, struct mqtt_connection *connection)
{
    mqtt_connection_subscribe(connection, MQTT_DISCOVERY_TOPIC);
    session->is_discovering = true;
    session->discovery_end_ms = clock_monotonic_ms() + ANNOUNCED_WITHIN_MS;
}

static void stop_discovering(struct mqtt_session *session,
                             struct mqtt_connection *connection)
{
    mqtt_connection_unsubscribe(connection, MQTT_DISCOVERY_TOPIC);
    session->is_discovering = false;
    session->discovery_end_ms = MQTT_NEVER;
}

/* A GX that was replaced behind its address is found, once the old one is silent. */
static void hear_announcement(struct mqtt_session *session, struct str portal)
{
    const char *known = session->found[0] ? session->found : session->portal;

    if (str_equal(portal, str_from(known)))
        return;
    if (known[0] && (session->found[0] || !session->schedule.is_quiet))
        mqtt_journal_second_portal(&session->journal, str_from(known), portal);
    else
        set_portal(session->found, portal);
}

static void adopt_found(struct mqtt_session *session, struct mqtt_connection *connection)
{
    if (session->portal[0]) {
        set_subscription(session, connection, mqtt_connection_unsubscribe);
        reading_cache_clear(session->cache);
    }
    set_portal(session->portal, str_from(session->found));
    session->found[0] = '\0';
    mqtt_journal_portal(&session->journal, portal_of(session));
    stop_discovering(session, connection);
    set_subscription(session, connection, mqtt_connection_subscribe);
    mqtt_schedule_connected(&session->schedule, clock_monotonic_ms());
}

static void come_up(struct mqtt_session *session, struct mqtt_connection *connection)
{
    session->is_up = true;
    mqtt_journal_connected(&session->journal);
    if (!session->portal[0]) {
        discover(session, connection);
        return;
    }
    set_subscription(session, connection, mqtt_connection_subscribe);
    mqtt_schedule_connected(&session->schedule, clock_monotonic_ms());
}

static void fall_quiet(struct mqtt_session *session)
{
    reading_cache_clear(session->cache);
    mqtt_journal_quiet(&session->journal, portal_of(session));
}

static void do_task(struct mqtt_session *session, struct mqtt_connection *connection,
                    enum mqtt_task task)
{
    switch (task) {
    case MQTT_TASK_QUIET:
        fall_quiet(session);
        break;
    case MQTT_TASK_KEEPALIVE_FAILED:
        mqtt_journal_no_heartbeat(&session->journal);
        break;
    case MQTT_TASK_STEADY:
        mqtt_journal_steady(&session->journal);
        break;
    case MQTT_TASK_FULL_OVERDUE:
        (void)end_full(session, FULL_OVERDUE);
        break;
    case MQTT_TASK_FULL:
        ask_full(session, connection);
        break;
    case MQTT_TASK_KEEPALIVE:
        send_keepalive(session, connection, STR_OF(MQTT_KEEPALIVE_PAYLOAD));
        mqtt_journal_asked(&session->journal);
        break;
    case MQTT_TASK_NONE:
    case MQTT_TASK_END:
        break;
    }
}

/* Looks for a portal id as long as there is none that lives. */
static void look_for_portal(struct mqtt_session *session,
                            struct mqtt_connection *connection)
{
    bool is_lost = session->schedule.is_quiet && !session->access->portal.n;

    if (session->found[0]) {
        adopt_found(session, connection);
    } else if (is_lost && !session->is_discovering) {
        discover(session, connection);
    } else if (session->is_discovering && session->has_spoken && !is_lost) {
        stop_discovering(session, connection);
    } else if (clock_monotonic_ms() >= session->discovery_end_ms) {
        session->discovery_end_ms = MQTT_NEVER;
        if (!session->portal[0])
            mqtt_journal_no_portal(&session->journal);
    }
}

/* Unix time.  A clock that was set back takes along the times of what was heard before,
 * else that would be the newest until the clock gets there again. */
static double time_of_message(struct mqtt_session *session)
{
    double now = clock_unix_seconds();
    double zero = now - clock_monotonic_seconds();
    double back = session->clock_zero - zero;

    if (back > SET_BACK_MIN_SECONDS)
        reading_cache_set_back(session->cache, back);
    session->clock_zero = zero;
    return now;
}

static void hear_station(struct mqtt_session *session, struct str topic,
                         const struct mqtt_message *message)
{
    const struct reading_place *place = &message->place;
    double now = time_of_message(session);

    switch (message->meaning) {
    case MQTT_VALUE:
        if (!reading_cache_put(session->cache, place, &message->value, now))
            mqtt_journal_refused(&session->journal, topic, REFUSAL_LIMIT);
        break;
    case MQTT_REFUSED:
        reading_cache_refuse(session->cache, place, message->refusal, now);
        mqtt_journal_refused(&session->journal, topic, message->refusal);
        break;
    case MQTT_GONE:
        reading_cache_remove(session->cache, place, now);
        break;
    case MQTT_HEARTBEAT:
        mqtt_schedule_heartbeat(&session->schedule, clock_monotonic_ms());
        mqtt_journal_heartbeat(&session->journal, message->unix_seconds);
        break;
    case MQTT_STARTED:
        mqtt_schedule_started(&session->schedule, clock_monotonic_ms());
        break;
    case MQTT_COMPLETED:
        complete(session, message->echo);
        break;
    case MQTT_FOREIGN:
    case MQTT_NOTHING:
        break;
    }
}

struct mqtt_session *mqtt_session_new(const struct mqtt_access *access,
                                      int64_t stale_after_ms, struct reading_cache *cache)
{
    struct mqtt_session *session = calloc(1, sizeof *session);

    if (!session)
        return NULL;
    session->access = access;
    session->cache = cache;
    session->reader = mqtt_reader_new();
    session->schedule = mqtt_schedule_new(stale_after_ms);
    session->journal = mqtt_journal_new(cache, access->host, access->port);
    session->discovery_end_ms = MQTT_NEVER;
    set_portal(session->portal, access->portal);
    session->random = (uint32_t)random_number();
    mqtt_journal_publish(&session->journal);
    return session;
}

void mqtt_session_free(struct mqtt_session *session)
{
    if (!session)
        return;
    mqtt_reader_free(&session->reader);
    free(session);
}

void mqtt_session_message(void *context, struct str topic, struct str payload,
                          bool is_retained)
{
    struct mqtt_session *session = context;
    struct str announced = mqtt_wire_announced(topic);
    struct mqtt_message message;
    int64_t now_ms = clock_monotonic_ms();

    mqtt_journal_message(&session->journal);
    if (session->is_discovering && announced.n && payload.n)
        hear_announcement(session, announced);
    if (is_retained || !session->portal[0])
        return; /* retained is old: no sign of life, and perhaps of a device long gone */
    mqtt_wire_read(&session->reader, portal_of(session), topic, payload, &message);
    if (message.meaning == MQTT_FOREIGN)
        return;
    if (mqtt_schedule_life(&session->schedule, now_ms))
        fall_quiet(session);
    session->has_spoken = true;
    mqtt_journal_life(&session->journal, now_ms);
    hear_station(session, topic, &message);
}

int64_t mqtt_session_step(struct mqtt_session *session,
                          struct mqtt_connection *connection)
{
    int64_t now_ms = clock_monotonic_ms();

    if (connection && mqtt_connection_is_up(connection)) {
        if (!session->is_up)
            come_up(session, connection);
        look_for_portal(session, connection);
    }
    for (enum mqtt_task task = mqtt_schedule_next(&session->schedule, now_ms);
         task != MQTT_TASK_NONE; task = mqtt_schedule_next(&session->schedule, now_ms))
        do_task(session, connection, task);
    mqtt_journal_publish(&session->journal);
    return mqtt_schedule_wait_ms(&session->schedule, now_ms, STEP_MAX_MS);
}

void mqtt_session_lost(struct mqtt_session *session, const struct error *failure)
{
    mqtt_schedule_disconnected(&session->schedule);
    session->is_up = false;
    session->is_discovering = false;
    session->has_spoken = false;
    session->discovery_end_ms = MQTT_NEVER;
    session->found[0] = '\0';
    mqtt_journal_failed(&session->journal, failure);
    mqtt_journal_publish(&session->journal);
}

bool mqtt_session_has_spoken(const struct mqtt_session *session)
{
    return session->has_spoken;
}

bool mqtt_session_is_steady(const struct mqtt_session *session)
{
    return session->schedule.is_steady;
}
