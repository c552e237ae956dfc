/* site_keys.h - THE table of the keys of a site file: reader and docs read it. */
#ifndef CONFIG_SITE_KEYS_H
#define CONFIG_SITE_KEYS_H

#include <stddef.h>

#include "base/str.h"

enum site_key_kind {
    KEY_TEXT,
    KEY_CHOICE,
    KEY_TIME_ZONE,
    KEY_LATITUDE,
    KEY_LONGITUDE,
    KEY_EXPECTED,
    KEY_PARAMETERS,
    KEY_DEVICES,
};

struct site_key {
    struct str name;
    enum site_key_kind kind;
    size_t offset;              /* of the struct str in struct site_file */
    const char *const *choices; /* ended by NULL */
    const char *meaning;
};

extern const struct site_key site_keys_table[];
extern const size_t site_keys_count;

/* NULL if there is none. */
const struct site_key *site_keys_find(struct str name);

/* The name that was probably meant, or the empty slice. */
struct str site_keys_nearest(struct str name);

#endif
