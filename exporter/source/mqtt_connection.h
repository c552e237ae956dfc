/* mqtt_connection.h - one connection to a broker, from its first packet to its last.
 *
 * It belongs to one thread, which may wait: the name is looked up on it.  A connection is
 * made new each time and never reconnected: what libmosquitto 2.0.11 keeps from one to
 * the next (TLS state, errno, credentials) is where its traps are.
 */
#ifndef SOURCE_MQTT_CONNECTION_H
#define SOURCE_MQTT_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct mqtt_access;
struct mqtt_connection; /* opaque */

/* Called from mqtt_connection_wait for each message; topic and payload are good for the
 * call. */
struct mqtt_listener {
    void (*message)(void *context, struct str topic, struct str payload,
                    bool is_retained);
    void *context;
};

/* Looks the name up (which may take the resolver's 10 s and more) and starts to connect.
 * attempt counts the failures since the last good connection: the next one of several
 * addresses is tried.  access and listener outlive the connection; wake_fd becoming
 * readable ends a wait.
 * ERR_DNS, ERR_CONNECT, ERR_AUTH, ERR_TLS. */
enum err mqtt_connection_open(const struct mqtt_access *access, size_t attempt,
                              const struct mqtt_listener *listener, int wake_fd,
                              struct mqtt_connection **out_connection,
                              struct error *error) __attribute__((warn_unused_result));

/* Waits at most wait_ms for something to do, and does it.  Anything but ERR_OK ends the
 * connection: refused, unreachable, lost, not answering, not MQTT. */
enum err mqtt_connection_wait(struct mqtt_connection *connection, int64_t wait_ms,
                              struct error *error) __attribute__((warn_unused_result));

/* The broker has accepted us. */
bool mqtt_connection_is_up(const struct mqtt_connection *connection);

/* Sent when the line is free; a failure is told by the next wait, and so is a broker that
 * refuses a subscription.  Texts end in NUL and are copied. */
void mqtt_connection_subscribe(struct mqtt_connection *connection, const char *topic);
void mqtt_connection_unsubscribe(struct mqtt_connection *connection, const char *topic);
void mqtt_connection_publish(struct mqtt_connection *connection, const char *topic,
                             struct str payload);

/* There was no memory for what was to be sent: told by the next wait. */
void mqtt_connection_fail(struct mqtt_connection *connection);

/* Does not wait.  NULL is allowed. */
void mqtt_connection_close(struct mqtt_connection *connection);

#endif
