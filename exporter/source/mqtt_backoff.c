/* mqtt_backoff.c - see mqtt_backoff.h */
#include "source/mqtt_backoff.h"

#include <stdbool.h>

#define SPREAD_PARTS 5

struct range {
    int64_t first_ms;
    int64_t most_ms;
};

static const struct range quick = {1000, 60 * 1000};
static const struct range slow = {30 * 1000, 15 * 60 * 1000};

int64_t mqtt_backoff_next(struct mqtt_backoff *backoff, enum err failure, uint32_t random)
{
    bool is_slow = failure == ERR_AUTH || failure == ERR_TLS;
    const struct range *range = is_slow ? &slow : &quick;
    int64_t delay_ms = backoff->delay_ms * 2;

    if (delay_ms < range->first_ms)
        delay_ms = range->first_ms;
    if (delay_ms > range->most_ms)
        delay_ms = range->most_ms;
    backoff->delay_ms = delay_ms;
    return delay_ms + (int64_t)random % (delay_ms / SPREAD_PARTS);
}

void mqtt_backoff_reset(struct mqtt_backoff *backoff)
{
    backoff->delay_ms = 0;
}
