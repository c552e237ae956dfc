/* station_url.h - what --station.url may say, and what follows from its scheme. */
#ifndef CONFIG_STATION_URL_H
#define CONFIG_STATION_URL_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "base/url.h"

struct station_url {
    struct url url; /* slices of the text */
    bool is_mqtt;   /* else HTTP */
    bool is_plain;  /* not encrypted */
    bool is_vrm;    /* the host is a portal id */
};

/* ERR_USAGE says what is wrong and what is allowed; *out_url is untouched then. */
enum err station_url_parse(struct str text, struct station_url *out_url,
                           struct error *error) __attribute__((warn_unused_result));

/* The host is this machine's own, or the name that every GX goes by: no name for a site.
 */
bool station_url_is_anonymous(const struct station_url *station);

#endif
