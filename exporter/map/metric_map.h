/* metric_map.h - which D-Bus path becomes which metric, and doing it.
 *
 * The map is loaded once (docs/metrics-map.md says how it is written) and answers for
 * one level and one selection of device types.  The row tables are constant; the only
 * thing that changes is the index of series already met, see metric_map_apply.
 */
#ifndef MAP_METRIC_MAP_H
#define MAP_METRIC_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "model/apply_counts.h"
#include "model/refusal.h"
#include "model/sample.h"
#include "model/value.h"
#include "model/want.h"

struct metric_map; /* a heap tree; opaque */
struct snapshot;

enum map_level { MAP_CORE, MAP_STANDARD, MAP_FULL };

/* One JSON text: a device file, or rows (each with a "device") one after the other, or
 * arrays of either. */
struct map_text {
    struct str name; /* what a mistake is reported under: the file's name */
    struct str json;
};

struct map_options {
    const struct map_text *built_in; /* device files and enums/NAME.json; must outlive the
                                        map */
    size_t built_in_count;
    const struct map_text *added; /* --map.file, in the order given: later rows win */
    size_t added_count;
    enum map_level level;
    struct str site;           /* value of the label; copied */
    const struct str *include; /* device types; none: all */
    size_t include_count;
    const struct str *exclude;
    size_t exclude_count;
    size_t new_max; /* paths, and members of values that are JSON, which one page meets:
                       values of others are refused; 0: all */
};

/* The map that is embedded in the program (a generated file defines it). */
extern const struct map_text metric_map_built_in[];
extern const size_t metric_map_built_in_count;

/* Loads everything, so that all mistakes are told at once: one line each in *mistakes
 * ("file: battery /Dc/0/Voltage: reason"), then ERR_USAGE and *out_map untouched. */
enum err metric_map_load(const struct map_options *options, struct metric_map **out_map,
                         struct buf *mistakes) __attribute__((warn_unused_result));

/* NULL is allowed. */
void metric_map_free(struct metric_map *map);

/* What the source must ask for; lives as long as the map. */
const struct want_list *metric_map_wants(const struct metric_map *map);

/* Adds the effective map as JSON Lines (--map.print), at this level. */
void metric_map_print(const struct metric_map *map, struct buf *out);

/* Adds a summary (--map.check): files, device types, rows by level, ignored paths, and
 * rows that can never match because a more literal row always wins. */
void metric_map_summary(const struct metric_map *map, struct buf *out);

/* A value that made no sample: to be told on /debug/scrape and by --station.unmapped. */
struct apply_note {
    const char *what; /* "unmapped", or the reason word of a refusal */
    struct str device, instance;
    struct str path;    /* the bus name where a service was left out whole */
    struct value value; /* of the snapshot, good as long as it */
    bool is_secret;     /* of settings or a secret path: the value is not to be shown */
};

/* Called for each such value, in the order of the snapshot; NULL where nobody listens. */
struct apply_listener {
    void (*note)(void *context, const struct apply_note *note);
    void *context;
};

/* Adds the samples of snapshot to the set, families together, in an order that depends
 * on names only.  Pure but for the map's own index of series: one thread at a time for
 * one map.  The index holds at most what LIMIT_VALUES allows and is dropped when full, at
 * the start of a page: the series in the set are good until the next apply of the map. */
void metric_map_apply(struct metric_map *map, const struct snapshot *snapshot,
                      struct sample_set *samples, struct apply_counts *out_counts,
                      const struct apply_listener *listener);

/* Meets paths of snapshot that no page had before, at most so many: a first meeting takes
 * some microseconds, which a server spreads over its turns.  True when none is left. */
bool metric_map_meet(struct metric_map *map, const struct snapshot *snapshot,
                     size_t paths_max);

/* Adds a ready-made map row for an unmapped path (--station.unmapped), one line; nothing
 * for a secret path or one that no row can name. */
void metric_map_suggest(const struct apply_note *note, struct buf *out);

/* Paths whose values nobody may see, whatever a map says: passwords, PINs, keys, tokens,
 * user lists, SSIDs. */
bool metric_map_is_secret(struct str device, struct str path);

#endif
