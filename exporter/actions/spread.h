/* spread.h - whether personal data is looked for inside other texts, and how.  Pure.
 *
 * "HQ2252SIM01" is the same serial wherever it stands; a device called "grid" must not
 * change every "grid" of a station.
 */
#ifndef ACTIONS_SPREAD_H
#define ACTIONS_SPREAD_H

#include <stdbool.h>
#include <stddef.h>

#include "actions/personal_path.h"
#include "base/str.h"

enum spread {
    SPREAD_NOWHERE,   /* only where it was found */
    SPREAD_TEXTS,     /* in free texts */
    SPREAD_EVERYWHERE /* in bus names, paths and technical texts too */
};

/* What may not stand beside it. */
enum edge { EDGE_ANY, EDGE_NO_DIGIT, EDGE_NO_ALPHANUMERIC, EDGE_NO_WORD };

enum spread spread_of(enum datum datum, struct str original);

enum edge spread_edge(enum datum datum, struct str original);

/* n bytes at that place of text stand free enough. */
bool spread_is_free(enum edge edge, struct str text, size_t at, size_t n);

#endif
