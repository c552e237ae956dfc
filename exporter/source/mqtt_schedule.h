/* mqtt_schedule.h - when to ask the station for what, and whether it lives.
 *
 * A pure state machine: told what happened and when (milliseconds of any steady clock),
 * it says what is due.  The rules behind it: a GX publishes only for 60 s after a
 * keepalive; a full publish names every topic, but its end may get lost; values that do
 * not change are silent, so only messages as such are a sign of life.
 */
#ifndef SOURCE_MQTT_SCHEDULE_H
#define SOURCE_MQTT_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MQTT_NEVER INT64_MAX /* the moment of what is not due */

enum mqtt_task {
    MQTT_TASK_NONE,
    MQTT_TASK_QUIET,            /* no life for too long: forget what the station said */
    MQTT_TASK_KEEPALIVE_FAILED, /* no heartbeat followed the last keepalive */
    MQTT_TASK_STEADY,           /* the station has lived on this connection for a while */
    MQTT_TASK_FULL_OVERDUE,     /* no end of the full publish that was asked for */
    MQTT_TASK_FULL,             /* ask for a full publish */
    MQTT_TASK_KEEPALIVE,        /* ask the station to go on publishing */
    MQTT_TASK_END
};

struct mqtt_schedule {
    int64_t stale_after_ms;
    int64_t due_at_ms[MQTT_TASK_END]; /* MQTT_NEVER: not due */
    int64_t heartbeat_at_ms;          /* of this connection; MQTT_NEVER: none yet */
    int64_t full_at_ms;               /* the last one asked for; MQTT_NEVER: none yet */
    size_t fulls_asked;               /* since the last reason to ask anew */
    bool is_connected;
    bool is_quiet;  /* MQTT_TASK_QUIET was the last word about life */
    bool is_steady; /* MQTT_TASK_STEADY was */
};

struct mqtt_schedule mqtt_schedule_new(int64_t stale_after_ms);

/* The topics of the station are subscribed: the first full publish is due. */
void mqtt_schedule_connected(struct mqtt_schedule *schedule, int64_t now_ms);

/* What is known stays known until it is stale. */
void mqtt_schedule_disconnected(struct mqtt_schedule *schedule);

/* A message of the station came.  After a silence a full publish is due at once.  True
 * if the silence was too long and nobody had said so yet (MQTT_TASK_QUIET, by a thread
 * that was held up): what is known is to be forgotten before the message is read. */
bool mqtt_schedule_life(struct mqtt_schedule *schedule, int64_t now_ms);

/* The message is a heartbeat. */
void mqtt_schedule_heartbeat(struct mqtt_schedule *schedule, int64_t now_ms);

/* The message says that the station's publisher has just started. */
void mqtt_schedule_started(struct mqtt_schedule *schedule, int64_t now_ms);

/* The full publish under way has ended. */
void mqtt_schedule_completed(struct mqtt_schedule *schedule);

/* What is due, most urgent first, and thereby done; MQTT_TASK_NONE if nothing is. */
enum mqtt_task mqtt_schedule_next(struct mqtt_schedule *schedule, int64_t now_ms);

/* Until something is due, at most `most_ms`. */
int64_t mqtt_schedule_wait_ms(const struct mqtt_schedule *schedule, int64_t now_ms,
                              int64_t most_ms);

#endif
