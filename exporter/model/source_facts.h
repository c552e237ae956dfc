/* source_facts.h - numbers about the conversation with the station itself. */
#ifndef MODEL_SOURCE_FACTS_H
#define MODEL_SOURCE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* What does not apply to a transport is not known. */
enum source_fact {
    FACT_HTTP_REQUESTS,       /* counter */
    FACT_HTTP_RESPONSE_BYTES, /* counter */
    FACT_MQTT_CONNECTED,      /* 0 or 1 */
    FACT_MQTT_HEARTBEAT_AT,   /* unix time, our clock */
    FACT_MQTT_FULL_PUBLISH_AT,
    FACT_MQTT_MESSAGES,           /* counter */
    FACT_MQTT_KEEPALIVES,         /* counter */
    FACT_MQTT_KEEPALIVE_FAILURES, /* counter */
    FACT_MQTT_CONNECTS,           /* counter */
    FACT_CLOCK_OFFSET,            /* seconds, GX clock - ours */
    FACT_END
};

struct source_facts {
    bool is_known[FACT_END];
    double value[FACT_END];
    uint64_t failures[ERR_STATION_END]; /* by reason, since the start */
};

#endif
