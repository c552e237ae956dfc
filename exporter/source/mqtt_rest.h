/* mqtt_rest.h - how long messages are left to gather before they are read.
 *
 * To be woken costs more than a message does, and nothing waits for one: a page shows
 * what was read, which a rest makes older by its length at most.  So a rest doubles as
 * long as few messages come: a swarm (a full publish) is read in larger pieces, and a
 * trickle wakes us four times a second, not twice for each message.
 */
#ifndef SOURCE_MQTT_REST_H
#define SOURCE_MQTT_REST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MQTT_REST_MIN_MS 5
#define MQTT_REST_MAX_MS 250

/* Zero-initialised: no rest is due, the next one is short. */
struct mqtt_rest {
    bool is_due;
    int64_t last_ms; /* 0: none since the last flood */
};

/* After each read: it found so many messages; is_all says that none were left behind. */
void mqtt_rest_plan(struct mqtt_rest *rest, size_t found, bool is_all);

/* How long to rest before the next read, 0 to 250, not longer than wait_ms. */
int64_t mqtt_rest_due_ms(const struct mqtt_rest *rest, int64_t wait_ms);

#endif
