/* apply_counts.h - what became of the values of one snapshot. */
#ifndef MODEL_APPLY_COUNTS_H
#define MODEL_APPLY_COUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/limits.h"
#include "model/refusal.h"

struct apply_counts {
    size_t samples;
    size_t unmapped;             /* paths that the map neither maps nor ignores */
    size_t refused[REFUSAL_END]; /* with those that the source refused */

    /* What is new found no room on this page: the next one of the very same snapshot may
     * say more. */
    bool is_unfinished;

    /* By index in the snapshot: the report is wanted, has values and clashes with no
     * other, so its device stands on the page. */
    bool is_exported[LIMIT_SERVICES];
};

#endif
