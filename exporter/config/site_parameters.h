/* site_parameters.h - THE table of what an owner may set for rules and dashboards.
 *
 * A rule takes a parameter from here first, then from what the station publishes, then
 * the default: the words of the default say what the rules do without it.  Names end in
 * their base unit.  A new parameter is one row.
 */
#ifndef CONFIG_SITE_PARAMETERS_H
#define CONFIG_SITE_PARAMETERS_H

#include <stddef.h>

#include "base/str.h"

/* Or'ed: where a parameter may stand, and whether it is a count (or yes and no). */
enum site_trait { ON_SITE = 1, ON_DEVICE = 2, ON_TRACKER = 4, WHOLE = 8 };

struct site_parameter_row {
    struct str name;
    unsigned traits; /* of enum site_trait */
    double min, max;
    const char *meaning;
    const char *fallback; /* the default, in words */
};

extern const struct site_parameter_row site_parameters_table[];
extern const size_t site_parameters_count;

/* NULL if there is none. */
const struct site_parameter_row *site_parameters_find(struct str name);

/* The name that was probably meant, or the empty slice. */
struct str site_parameters_nearest(struct str name);

#endif
