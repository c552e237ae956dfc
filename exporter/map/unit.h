/* unit.h - the unit at the end of a metric's name. */
#ifndef MAP_UNIT_H
#define MAP_UNIT_H

#include "base/str.h"

/* The base unit that name ends in ("victron_x_meters_per_second": "meters_per_second"),
 * empty if there is none.  name is without _total and _info. */
struct str unit_of(struct str name);

/* What to do about a unit that is none of ours ("minutes": "seconds, scale 60"), or NULL
 * if name ends in no such word. */
const char *unit_advice(struct str name);

#endif
