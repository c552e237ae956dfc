/* mqtt_address.h - one of the addresses that a broker's name stands for. */
#ifndef SOURCE_MQTT_ADDRESS_H
#define SOURCE_MQTT_ADDRESS_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

#define ADDRESS_TEXT_MAX 128 /* an IPv6 address with its zone, and NUL */

struct mqtt_address {
    char text[ADDRESS_TEXT_MAX];
    const char *any_of_family; /* "0.0.0.0" or "::": binding to it picks the family */
};

/* Looks host (which ends in NUL) up and takes the address number attempt, counted round:
 * a name whose first address is dead must not stay dead.  Waits as long as the resolver
 * does.  ERR_DNS. */
enum err mqtt_address_find(struct str host, size_t attempt,
                           struct mqtt_address *out_address, struct error *error)
    __attribute__((warn_unused_result));

#endif
