/* page_target.h - where the values of one row for one path go.
 *
 * Everything lives in the arena of the index.
 */
#ifndef MAP_PAGE_TARGET_H
#define MAP_PAGE_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "map/info_series.h"
#include "map/map_row.h"
#include "map/series_index.h"

struct page_device;
struct page_index;
struct page_path;

/* What was met of a row that walks through JSON: then it is forgotten and met anew. */
#define PAGE_MEMBERS_MAX ((size_t)2 * JSON_POINTER_VISITS_MAX)

/* Where a value goes; one of the two, both NULL if there was no room. */
struct page_target {
    struct page_series *series; /* of a gauge or counter */
    struct info_item *item;     /* of an info row */
    bool is_secret;             /* nowhere: a placeholder stands for a secret */

    /* The number that came last and what its row made of it: most come again. */
    bool has_last;
    double last_said, last_made;
};

/* A place inside the JSON of a value. */
struct page_member {
    struct page_member *next;
    struct json_captures captures; /* its values are copies */
    struct page_target target;
};

struct page_use {
    const struct map_row *row;
    struct page_target target; /* of a row whose pointer has no placeholders */
    struct page_member *members;
    size_t member_count;
};

/* Makes the labels of a row for these captures, and finds or makes what has them. */
struct page_target page_target_make(struct page_index *index,
                                    const struct page_device *device,
                                    const struct map_row *row,
                                    const struct path_captures *captures,
                                    const struct json_captures *members);

/* Where the member of a use with these captures goes.  NULL without room. */
struct page_target *page_use_member(struct page_index *index,
                                    const struct page_device *device,
                                    const struct page_path *path, struct page_use *use,
                                    const struct json_captures *captures);

#endif
