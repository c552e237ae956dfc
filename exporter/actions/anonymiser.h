/* anonymiser.h - one value, name or path of a station without the people in it.
 *
 * Everything goes through it twice, in the same order: the first time it learns what is
 * personal and what it returns is thrown away, the second time it replaces.  So neither
 * time sees what the other does not.
 */
#ifndef ACTIONS_ANONYMISER_H
#define ACTIONS_ANONYMISER_H

#include <stdbool.h>

#include "actions/anonymise.h"
#include "actions/originals.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "model/value.h"

struct anonymiser {
    struct arena arena; /* what the caller and the originals keep until the end */
    struct originals originals;
    bool is_learning;
    bool failed; /* sticky: no memory */
    struct anonymise_counts counts;
    struct str device; /* type of the service at hand; set by the caller */
    struct buf path;   /* of the value at hand, going on into its JSON */
    struct buf text;   /* the last replaced text */
};

/* Learning. */
void anonymiser_init(struct anonymiser *anonymiser);

/* Learned enough: from now on it replaces, and counts anew. */
void anonymiser_turn(struct anonymiser *anonymiser);

/* A path, or the part of a bus name behind the device type.  Good until the next call. */
struct str anonymiser_name(struct anonymiser *anonymiser, struct str name);

/* A text in the result is good until the next call, or as long as value. */
struct value anonymiser_value(struct anonymiser *anonymiser, struct str path,
                              struct value value);

void anonymiser_free(struct anonymiser *anonymiser);

#endif
