/* mqtt_schedule.c - see mqtt_schedule.h */
#include "source/mqtt_schedule.h"

/* The station forgets us after 60 s: one lost keepalive must not matter. */
#define KEEPALIVE_INTERVAL_MS 26000

/* Heartbeats come every 3 s. */
#define HEARTBEAT_WITHIN_MS 10000

/* After a longer pause the station was asleep or away, not just slow to reach us. */
#define HEARTBEAT_PAUSE_MS 20000

/* The plugin needs some 10 ms, a Cerbo GX perhaps a second, the VRM cloud some more. */
#define FULL_WITHIN_MS 30000

/* A broker that throws us out again and again, or a link that holds for seconds, is still
 * the same trouble: neither its end nor a reason to come back quickly. */
#define STEADY_AFTER_MS 30000

/* Three a second are what the station grants to all its clients together. */
#define FULL_SPACING_MS 1000

#define FULL_INTERVAL_MS (15 * 60 * 1000)

/* From one full publish to the next on a new connection: a GX that boots scans its
 * devices for a while, and a topic goes only after two sets that did not name it. */
static const int64_t full_intervals_ms[] = {10000, 50000};
#define FULL_INTERVALS (sizeof full_intervals_ms / sizeof *full_intervals_ms)

static void cancel_from(struct mqtt_schedule *schedule, enum mqtt_task first)
{
    for (size_t task = first; task < MQTT_TASK_END; task++)
        schedule->due_at_ms[task] = MQTT_NEVER;
}

static void asked(struct mqtt_schedule *schedule, int64_t now_ms)
{
    int64_t *due = schedule->due_at_ms;

    due[MQTT_TASK_KEEPALIVE] = now_ms + KEEPALIVE_INTERVAL_MS;
    if (due[MQTT_TASK_KEEPALIVE_FAILED] == MQTT_NEVER)
        due[MQTT_TASK_KEEPALIVE_FAILED] = now_ms + HEARTBEAT_WITHIN_MS;
}

static void asked_full(struct mqtt_schedule *schedule, int64_t now_ms)
{
    size_t step = schedule->fulls_asked++;

    schedule->full_at_ms = now_ms;
    schedule->due_at_ms[MQTT_TASK_FULL] =
        now_ms + (step < FULL_INTERVALS ? full_intervals_ms[step] : FULL_INTERVAL_MS);
    schedule->due_at_ms[MQTT_TASK_FULL_OVERDUE] = now_ms + FULL_WITHIN_MS;
    asked(schedule, now_ms);
}

/* While nobody kept it alive the station does not even announce new devices. */
static void ask_full_anew(struct mqtt_schedule *schedule, int64_t now_ms)
{
    if (!schedule->is_connected)
        return;
    bool is_soon = schedule->full_at_ms != MQTT_NEVER &&
                   now_ms - schedule->full_at_ms < FULL_SPACING_MS;
    schedule->fulls_asked = 0;
    schedule->due_at_ms[MQTT_TASK_FULL] =
        is_soon ? schedule->full_at_ms + FULL_SPACING_MS : now_ms;
}

static void begin_steadiness(struct mqtt_schedule *schedule, int64_t now_ms)
{
    int64_t *steady_at = &schedule->due_at_ms[MQTT_TASK_STEADY];

    if (!schedule->is_steady && *steady_at == MQTT_NEVER)
        *steady_at = now_ms + STEADY_AFTER_MS;
}

static void forget_steadiness(struct mqtt_schedule *schedule)
{
    schedule->is_steady = false;
    schedule->due_at_ms[MQTT_TASK_STEADY] = MQTT_NEVER;
}

struct mqtt_schedule mqtt_schedule_new(int64_t stale_after_ms)
{
    struct mqtt_schedule schedule = {.stale_after_ms = stale_after_ms,
                                     .heartbeat_at_ms = MQTT_NEVER,
                                     .full_at_ms = MQTT_NEVER};

    cancel_from(&schedule, MQTT_TASK_NONE);
    return schedule;
}

void mqtt_schedule_connected(struct mqtt_schedule *schedule, int64_t now_ms)
{
    int64_t *quiet_at = &schedule->due_at_ms[MQTT_TASK_QUIET];

    schedule->is_connected = true;
    schedule->heartbeat_at_ms = MQTT_NEVER;
    forget_steadiness(schedule);
    ask_full_anew(schedule, now_ms);
    if (*quiet_at == MQTT_NEVER) {
        schedule->is_quiet = false; /* it gets another chance to be missed */
        *quiet_at = now_ms + schedule->stale_after_ms;
    }
}

void mqtt_schedule_disconnected(struct mqtt_schedule *schedule)
{
    schedule->is_connected = false;
    schedule->is_steady = false;
    cancel_from(schedule, MQTT_TASK_KEEPALIVE_FAILED);
}

bool mqtt_schedule_life(struct mqtt_schedule *schedule, int64_t now_ms)
{
    int64_t *quiet_at = &schedule->due_at_ms[MQTT_TASK_QUIET];
    bool is_late = *quiet_at <= now_ms;

    *quiet_at = now_ms + schedule->stale_after_ms;
    if (schedule->is_quiet || is_late) {
        forget_steadiness(schedule);
        ask_full_anew(schedule, now_ms);
    }
    begin_steadiness(schedule, now_ms);
    schedule->is_quiet = false;
    return is_late;
}

void mqtt_schedule_heartbeat(struct mqtt_schedule *schedule, int64_t now_ms)
{
    int64_t last_ms = schedule->heartbeat_at_ms;

    schedule->heartbeat_at_ms = now_ms;
    schedule->due_at_ms[MQTT_TASK_KEEPALIVE_FAILED] = MQTT_NEVER;
    if (last_ms != MQTT_NEVER && now_ms - last_ms > HEARTBEAT_PAUSE_MS)
        ask_full_anew(schedule, now_ms);
}

void mqtt_schedule_started(struct mqtt_schedule *schedule, int64_t now_ms)
{
    ask_full_anew(schedule, now_ms);
}

void mqtt_schedule_completed(struct mqtt_schedule *schedule)
{
    schedule->due_at_ms[MQTT_TASK_FULL_OVERDUE] = MQTT_NEVER;
}

enum mqtt_task mqtt_schedule_next(struct mqtt_schedule *schedule, int64_t now_ms)
{
    enum mqtt_task task = MQTT_TASK_QUIET;

    while (task < MQTT_TASK_END && schedule->due_at_ms[task] > now_ms)
        task++;
    if (task == MQTT_TASK_END)
        return MQTT_TASK_NONE;
    schedule->due_at_ms[task] = MQTT_NEVER;
    if (task == MQTT_TASK_QUIET) {
        schedule->is_quiet = true;
        forget_steadiness(schedule);
    }
    if (task == MQTT_TASK_STEADY)
        schedule->is_steady = true;
    if (task == MQTT_TASK_FULL)
        asked_full(schedule, now_ms);
    if (task == MQTT_TASK_KEEPALIVE)
        asked(schedule, now_ms);
    return task;
}

int64_t mqtt_schedule_wait_ms(const struct mqtt_schedule *schedule, int64_t now_ms,
                              int64_t most_ms)
{
    int64_t until_ms = now_ms + most_ms;

    for (size_t task = MQTT_TASK_QUIET; task < MQTT_TASK_END; task++)
        if (schedule->due_at_ms[task] < until_ms)
            until_ms = schedule->due_at_ms[task];
    return until_ms > now_ms ? until_ms - now_ms : 0;
}
