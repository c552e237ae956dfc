/* mqtt_wire.h - the topics and payloads of a GX's broker (FlashMQ with dbus-flashmq).
 *
 * Pure: no sockets, no clock, no libmosquitto.  Facts are measured with dbus-flashmq v25
 * on Venus OS v3.70; Victron's VRM brokers carry the same topics.
 */
#ifndef SOURCE_MQTT_WIRE_H
#define SOURCE_MQTT_WIRE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"
#include "model/refusal.h"
#include "model/value.h"
#include "source/json_reader.h"
#include "source/reading_place.h"

#define MQTT_PORTAL_MAX 64 /* bytes of a portal id; real ones have 12 */

/* The one topic that the GX's broker retains; its second level is the portal id. */
#define MQTT_DISCOVERY_TOPIC "N/+/system/0/Serial"

/* Keeps the station publishing for 60 s without a full publish. */
#define MQTT_KEEPALIVE_PAYLOAD "{\"keepalive-options\":[\"suppress-republish\"]}"

enum mqtt_meaning {
    MQTT_FOREIGN,   /* not a topic of this station */
    MQTT_NOTHING,   /* of the station, but nothing that we use: a sign of life */
    MQTT_VALUE,     /* value is what the place holds now, VALUE_NONE included */
    MQTT_GONE,      /* the place left (empty payload) */
    MQTT_REFUSED,   /* the place's value is broken or over a limit: refusal */
    MQTT_HEARTBEAT, /* unix_seconds is the GX's clock, 0 if it did not say */
    MQTT_STARTED,   /* the station's publisher starts, and forgot who kept it alive */
    MQTT_COMPLETED, /* a full publish ended: the one that we asked for with that echo,
                       or (empty echo) anybody's */
};

/* Texts are slices of topic and payload, or good until the next read with the same
 * reader. */
struct mqtt_message {
    enum mqtt_meaning meaning;
    struct reading_place place;
    struct value value;
    enum refusal refusal;
    double unix_seconds;
    struct str echo;
};

/* What a read needs to keep; one thread at a time. */
struct mqtt_reader {
    struct json_reader json;
};

struct mqtt_reader mqtt_reader_new(void);
void mqtt_reader_free(struct mqtt_reader *reader);

/* What a message of the station `portal` says. */
void mqtt_wire_read(struct mqtt_reader *reader, struct str portal, struct str topic,
                    struct str payload, struct mqtt_message *out_message);

/* The portal id in a topic of the form of MQTT_DISCOVERY_TOPIC, else empty. */
struct str mqtt_wire_announced(struct str topic);

/* 1 to MQTT_PORTAL_MAX characters of ascii_is_name: nothing that means something in a
 * topic. */
bool mqtt_wire_is_portal(struct str portal);

/* Adds the host name of the VRM broker that serves that station. */
void mqtt_wire_vrm_host(struct str portal, struct buf *out);

/* Adds "N/<portal>/#". */
void mqtt_wire_subscription(struct str portal, struct buf *out);

/* Adds "R/<portal>/keepalive". */
void mqtt_wire_keepalive_topic(struct str portal, struct buf *out);

/* Adds the payload that asks for a full publish with that echo at its end; the echo
 * holds nothing that JSON would escape. */
void mqtt_wire_full_payload(struct str echo, struct buf *out);

#endif
