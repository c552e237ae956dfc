/* metric_name.h - what a metric of the map may be called. */
#ifndef MAP_METRIC_NAME_H
#define MAP_METRIC_NAME_H

#include "base/err.h"
#include "base/str.h"
#include "model/sample.h"

/* ERR_USAGE: not in snake case under victron_, a suffix that does not go with the type,
 * no base unit, or a name of the exporter's own. */
enum err metric_name_check(struct str name, enum sample_type type, struct error *error)
    __attribute__((warn_unused_result));

/* The family's name in OpenMetrics: without _total and _info. */
struct str metric_name_base(struct str name, enum sample_type type);

/* Snake case that may be a label: a letter first, then letters, digits and _. */
bool label_name_is_good(struct str name);

/* Labels that the exporter sets itself, or that mean something to Prometheus. */
bool label_name_is_reserved(struct str name);

#endif
