/* site_owner.h - the parameters of a site file: of the site, of devices, of trackers. */
#ifndef CONFIG_SITE_OWNER_H
#define CONFIG_SITE_OWNER_H

#include <jansson.h>
#include <stddef.h>

#include "base/str.h"
#include "config/site_file.h"
#include "config/site_reader.h"

/* How many parameters may be in them; either may be NULL or no object. */
size_t site_owner_count(json_t *parameters, json_t *devices);

/* Both add to site->parameters, which has room for site_owner_count of them, and refuse
 * what is wrong.  key is the name that object stands under. */
void site_owner_read_site(struct site_reader *reader, struct site_file *site,
                          struct str key, json_t *object);
void site_owner_read_devices(struct site_reader *reader, struct site_file *site,
                             struct str key, json_t *object);

/* Looks like a device type; whether there is such a one is for the map to say. */
bool site_owner_is_device_type(struct str type);

#endif
