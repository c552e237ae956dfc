/* mqtt_intake.h - how much of what a broker sent libmosquitto keeps to itself.
 *
 * It keeps a packet until it is whole, and a message of QoS 2 until the broker releases
 * it: as large and as many as the broker likes.  An honest one makes it hold one packet,
 * since all we ask for is QoS 0.
 */
#ifndef SOURCE_MQTT_INTAKE_H
#define SOURCE_MQTT_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed but for has_records: nothing came. */
struct mqtt_intake {
    bool has_records; /* TLS adds to what is sent, nobody knows how much */
    uint64_t received_bytes;
    uint64_t given_bytes; /* since the last look */
    uint64_t held_bytes;
};

/* A message was given to us; one with a topic and a payload of that many bytes. */
void mqtt_intake_give(struct mqtt_intake *intake, size_t topic_bytes,
                      size_t payload_bytes);

/* The first look counts what comes from now on. */
void mqtt_intake_look(struct mqtt_intake *intake, int socket);

/* More than the messages of a healthy station: worth a closer look. */
bool mqtt_intake_is_odd(const struct mqtt_intake *intake);

/* More than one packet can be. */
bool mqtt_intake_is_over(const struct mqtt_intake *intake);

#endif
