/* path_pattern.h - "/Ac/L{phase}/Power" against a D-Bus path.  Pure.
 *
 * A placeholder {name} stands for one or more characters other than '/'; at most one
 * in a segment, literal text may stand on both sides of it.  {phase} keeps an `L`
 * written before it, since phases are called L1 to L3 everywhere.  A name that
 * begins with '_' matches and is no label.
 */
#ifndef MAP_PATH_PATTERN_H
#define MAP_PATH_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

#define PATH_SEGMENTS_MAX 16
#define PATH_CAPTURES_MAX 4

struct path_segment {
    struct str head; /* literal before the placeholder; the whole segment without one */
    struct str name; /* of the placeholder; empty: none */
    struct str tail; /* literal after it */
};

/* Small, since a map holds thousands: segments are cut off text when they are needed. */
struct path_pattern {
    struct str text;        /* as written; at most PATH_SEGMENTS_MAX segments */
    unsigned literal_count; /* characters outside of placeholders */
    unsigned capture_count; /* placeholders */
};

struct path_captures {
    struct str names[PATH_CAPTURES_MAX];
    struct str values[PATH_CAPTURES_MAX]; /* slices of the path */
    size_t count;
};

/* text must outlive the pattern.  Says what is wrong: no leading slash, empty segment,
 * two placeholders in a segment, bad or repeated name, too many. */
enum err path_pattern_parse(struct str text, struct path_pattern *out_pattern,
                            struct error *error) __attribute__((warn_unused_result));

/* Cuts the next segment off *rest, which is the text of a pattern at first.  False when
 * there is none left. */
bool path_segment_cut(struct str *rest, struct path_segment *out_segment);

/* Captures are in the order of the path. */
bool path_pattern_match(const struct path_pattern *pattern, struct str path,
                        struct path_captures *out_captures);

/* < 0: a is more literal and is tried before b (fewer placeholders, then more literal
 * characters, then byte order).  0: the same path; what placeholders are called makes no
 * difference. */
int path_pattern_compare(const struct path_pattern *a, const struct path_pattern *b);

#endif
