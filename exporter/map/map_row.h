/* map_row.h - one row of the metrics map: a D-Bus path and what becomes of it.
 *
 * Rows are made by row_reader, checked and then constant; they and all that they point
 * to live in the map's arena.  docs/metrics-map.md explains the keys.
 */
#ifndef MAP_MAP_ROW_H
#define MAP_MAP_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/decimal.h"
#include "base/str.h"
#include "map/json_pointer.h"
#include "map/metric_map.h"
#include "map/path_pattern.h"
#include "model/sample.h"

#define ROW_LABELS_MAX 8
#define ROW_BINDS_MAX PATH_CAPTURES_MAX
#define ROW_BIND_VALUES_MAX 64
#define ROW_INVALIDS_MAX 16
#define ROW_VALUES_MAX 128
#define ROW_MARKS_MAX 32

/* What all alarms share; their rows add labels of their own (phase, fuse, …). */
#define ALARM_METRIC "victron_alarm_state"

struct map_family;

struct row_bind {
    struct str name;
    const struct str *values;
    size_t value_count;
};

struct text_number {
    struct str text;
    double number;
};

struct row_mark {
    struct str label;
    struct str part;  /* a text that contains this … */
    struct str value; /* … gets this as value of the label */
};

/* A map holds thousands of them: what is small stands together. */
struct map_row {
    struct str file; /* where it is written, for mistakes */
    unsigned text;   /* rank of that text: a later one's rows replace an earlier one's */

    enum sample_type type;
    enum map_level level;
    unsigned short label_count; /* of the lists below */
    unsigned short bind_count;
    unsigned short invalid_count;
    unsigned short value_count;
    unsigned short mark_count;
    bool has_scale;
    bool is_absolute;
    bool is_decimal_text; /* values "decimal": a text is read as a decimal number */
    bool is_station;      /* scope: no labels device and instance */
    bool is_active; /* set when all rows are known: of a selected type, at the level */

    struct str device;           /* service type, "*" for any */
    struct path_pattern pattern; /* without text until it is read */
    uint64_t path_hash; /* of device and path, whatever placeholders are called */

    struct str metric; /* empty: the path is left out on purpose */
    struct str reason; /* why it is left out */
    struct str help;
    struct str unit; /* empty: none */
    double scale;
    struct decimal scale_decimal;
    const struct enum_table *enumeration; /* NULL: none */
    struct str enum_name;       /* of a shared table; empty: written in the row */
    const struct label *labels; /* fixed ones */
    const struct row_bind *binds;
    const struct json_pointer *json; /* NULL: the value itself is meant */
    const double *invalid;
    const struct text_number *values;
    struct str label; /* of an info row */
    const struct row_mark *marks;
    const struct map_family *family; /* set when all rows are known */
};

static inline bool map_row_is_ignored(const struct map_row *row)
{
    return row->metric.n == 0;
}

/* Sets path_hash from device and pattern. */
void map_row_set_hash(struct map_row *row);

/* Adds "battery /Dc/0/Voltage" or "battery /X json /Y": what mistakes are told under. */
#define ROW_PLACE_MAX ((size_t)8 * 1024 * 1024) /* texts of a map file are shorter */
void map_row_place(const struct map_row *row, struct buf *out);

/* The pointer as written, empty without one. */
struct str map_row_json(const struct map_row *row);

/* Counters, alarms and moments mislead where values are not asked for anew each time. */
bool map_row_needs_fresh_values(const struct map_row *row);

/* The values of its placeholders are among those that the row is bound to. */
bool map_row_admits(const struct map_row *row, const struct path_captures *captures);

/* Names of the labels that the row itself gives, without those of info texts: the path's
 * placeholders, the fixed ones, the pointer's placeholders.  Returns how many. */
#define ROW_LABEL_NAMES_MAX                                                              \
    (PATH_CAPTURES_MAX + ROW_LABELS_MAX + JSON_POINTER_CAPTURES_MAX)
size_t map_row_label_names(const struct map_row *row,
                           struct str out_names[ROW_LABEL_NAMES_MAX]);

/* Device, then the more literal pattern, then json, then label: the order of lookup, in
 * which the rows of one path stand together. */
int map_row_compare(const struct map_row *a, const struct map_row *b);

/* Two rows of one path, whatever its placeholders are called. */
bool map_row_same_path(const struct map_row *a, const struct map_row *b);

#endif
