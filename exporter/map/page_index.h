/* page_index.h - what each path of each device became last time.
 *
 * The first meeting with a path asks the map and makes its series; later ones find them
 * by comparing one text, since a device says its paths in the same order each time.
 * One thread at a time.  Everything in it lives until the page_index_begin that drops it.
 */
#ifndef MAP_PAGE_INDEX_H
#define MAP_PAGE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/str_index.h"
#include "map/family_table.h"
#include "map/info_series.h"
#include "map/map_device.h"
#include "map/page_target.h"
#include "map/series_index.h"
#include "model/limits.h"

/* A page, with what is met before it, begins with an index of at most LIMIT_VALUES paths
 * and series and may add as many. */
#define PAGE_INDEX_PATHS_MAX ((size_t)2 * LIMIT_VALUES)
#define PAGE_INDEX_SERIES_MAX ((size_t)2 * LIMIT_VALUES)
#define PAGE_INDEX_DEVICES_MAX ((size_t)2 * LIMIT_SERVICES)
#define PAGE_INDEX_ARENA_MAX ((size_t)64 * 1024 * 1024)

/* What earlier pages left behind (names that changed, devices that went) may take as much
 * as what pages need, and so much more. */
#define PAGE_INDEX_SPARE_BYTES ((size_t)256 * 1024)

enum path_standing {
    PATH_ACTIVE,   /* has uses */
    PATH_QUIET,    /* known, but left out, secret or not at this level */
    PATH_UNMAPPED, /* the map has never heard of it */
};

struct page_path {
    struct str path;
    enum path_standing standing;
    struct page_use *uses;
    size_t use_count;
    struct page_path *next; /* who came after it last time */
};

struct page_device {
    struct str device, instance;
    const struct map_device *own; /* NULL: the map does not know the type */
    struct str_index paths;
    struct page_path *first; /* who came first last time */
    struct info_item *identity;
    struct page_device *next;
};

/* What the index asks the map for. */
struct page_index_map {
    struct str site;
    const struct map_devices *devices;
    const struct family_table *families;
};

struct page_index {
    struct page_index_map map;
    struct arena arena;
    uint64_t page; /* number of the page being made */
    struct page_device *devices;
    size_t device_count;
    size_t path_count;
    size_t most_said;    /* readings and series of the largest page since it began */
    size_t needed_bytes; /* of the arena, when that page ended */
    size_t new_left;     /* so many more paths, and members of JSON, may be made */
    bool has_put_off;    /* one more was to be made: it has to wait for the next begin */
    bool failed;   /* something found no room or memory: begin anew with the next page */
    bool is_stale; /* the last page left too much behind: likewise */
    struct series_index series;
    struct info_index infos;
};

/* map's pointers must outlive the index. */
struct page_index page_index_new(const struct page_index_map *map);

/* To be called before paths are met or made: at most so many new ones, members of JSON
 * included.  Drops everything first if it has become too much: series of earlier pages
 * are not to be used any more. */
void page_index_begin(struct page_index *index, size_t new_max);

/* Takes one of the new ones that are left; false if there is none. */
bool page_index_may_make(struct page_index *index);

/* Since the last begin nothing had to wait, and nothing found no memory: what was met
 * would be met again. */
bool page_index_is_whole(const struct page_index *index);

/* Behind the last use of a page; said is the number of its readings and series. */
void page_index_end(struct page_index *index, size_t said);

/* Both find or make; NULL without room or memory, or for a path that would be one too
 * many of the new ones. */
struct page_device *page_index_device(struct page_index *index, struct str device,
                                      struct str instance);
struct page_path *page_index_path(struct page_index *index, struct page_device *device,
                                  struct str path);

void page_index_free(struct page_index *index);

#endif
