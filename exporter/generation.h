/* generation.h - one set of map and site file, replaced whole by a reload.
 *
 * Constant but for the map's index of series (one thread makes pages).  Reference-
 * counted: a page holds the one that it began with.
 */
#ifndef GENERATION_H
#define GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "config/site_file.h"

struct config;
struct metric_map;

struct generation {
    struct metric_map *map;
    struct site_file site_file;
    bool has_site_file;
    struct str site; /* value of the label; lives as long as the config */
    uint64_t number; /* of those in force so far; set before it is */
    int references;
};

/* Reads the files that config names.  On failure *mistakes holds one line for each
 * mistake (or for the memory that there was not) and *out_generation is untouched. */
enum err generation_load(const struct config *config, struct generation **out_generation,
                         struct buf *mistakes) __attribute__((warn_unused_result));

/* Any thread; release takes NULL. */
struct generation *generation_reference(struct generation *generation);
void generation_release(struct generation *generation);

#endif
