/* mqtt_session.h - the conversation with one station, over one connection after another.
 *
 * Finds the portal id, subscribes, keeps the station publishing, and turns messages into
 * the cache's readings.  It belongs to the thread that owns the connections; what others
 * may know of it goes through the cache.
 */
#ifndef SOURCE_MQTT_SESSION_H
#define SOURCE_MQTT_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct mqtt_access;
struct mqtt_connection;
struct mqtt_session; /* opaque */
struct reading_cache;

/* access and cache outlive the session.  NULL without memory. */
struct mqtt_session *mqtt_session_new(const struct mqtt_access *access,
                                      int64_t stale_after_ms,
                                      struct reading_cache *cache);

/* NULL is allowed. */
void mqtt_session_free(struct mqtt_session *session);

/* A message came; for struct mqtt_listener, context is the session. */
void mqtt_session_message(void *context, struct str topic, struct str payload,
                          bool is_retained);

/* Does what is due; connection is NULL while there is none.  Returns how many
 * milliseconds it can wait for the next. */
int64_t mqtt_session_step(struct mqtt_session *session,
                          struct mqtt_connection *connection);

/* The connection, or the attempt at one, failed. */
void mqtt_session_lost(struct mqtt_session *session, const struct error *failure);

/* The station has spoken on the present connection. */
bool mqtt_session_has_spoken(const struct mqtt_session *session);

/* And has done so for a while. */
bool mqtt_session_is_steady(const struct mqtt_session *session);

#endif
