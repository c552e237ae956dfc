/* mqtt_rest.c - see mqtt_rest.h */
#include "source/mqtt_rest.h"

static int64_t longer_than(int64_t last_ms)
{
    int64_t ms = last_ms * 2;

    if (ms < MQTT_REST_MIN_MS)
        return MQTT_REST_MIN_MS;
    return ms < MQTT_REST_MAX_MS ? ms : MQTT_REST_MAX_MS;
}

void mqtt_rest_plan(struct mqtt_rest *rest, size_t found, bool is_all)
{
    rest->is_due = found > 0 && is_all;
    if (rest->is_due)
        rest->last_ms = longer_than(rest->last_ms);
    else if (found > 0)
        rest->last_ms = 0;
}

int64_t mqtt_rest_due_ms(const struct mqtt_rest *rest, int64_t wait_ms)
{
    int64_t ms = rest->is_due ? rest->last_ms : 0;

    return ms < wait_ms ? ms : wait_ms;
}
