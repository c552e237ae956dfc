/* want.h - what a source is told to ask for: device types, in order of importance.
 *
 * Made from the map at start and after a reload; constant afterwards.
 */
#ifndef MODEL_WANT_H
#define MODEL_WANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct want {
    struct str device;  /* service type, "*" for types that the map does not know */
    int importance;     /* smaller is asked earlier */
    int64_t refresh_ms; /* 0: at each fetch; else the last answer serves that long */
};

/* Sorted by importance, then device.  A device type that is neither listed nor
 * covered by "*" (types with a row in `unwanted`) is not asked. */
struct want_list {
    const struct want *wants;
    size_t count;

    /* Known types without a row at the chosen level, or excluded. */
    const struct str *unwanted;
    size_t unwanted_count;
};

/* The most that a copy may take: a map has at most 256 device types. */
#define WANT_LIST_BYTES_MAX ((size_t)256 * 1024)

/* A copy that lives in the arena; check arena->failed. */
struct want_list want_list_copy(const struct want_list *list, struct arena *arena);

/* The list speaks of that device type by name, wanted or not. */
bool want_list_knows(const struct want_list *list, struct str device);

/* The want that covers a device type, or NULL. */
const struct want *want_find(const struct want_list *list, struct str device);

#endif
