/* mqtt_backoff.h - how long to wait before the next attempt at the broker.
 *
 * Quick at first, doubling.  What another attempt will hardly cure - a refused password,
 * a certificate - is tried seldom: the GX locks out the right password too after some
 * wrong ones.  Pure.
 */
#ifndef SOURCE_MQTT_BACKOFF_H
#define SOURCE_MQTT_BACKOFF_H

#include <stdint.h>

#include "base/err.h"

struct mqtt_backoff {
    int64_t delay_ms; /* the last one, without jitter; 0 at first and after success */
};

/* The wait after a failure.  random is any number; it spreads the wait by up to a
 * fifth, so that a fleet does not come back all at once. */
int64_t mqtt_backoff_next(struct mqtt_backoff *backoff, enum err failure,
                          uint32_t random);

/* The station spoke to us. */
void mqtt_backoff_reset(struct mqtt_backoff *backoff);

#endif
