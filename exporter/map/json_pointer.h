/* json_pointer.h - where the number stands in a value that is itself JSON.
 *
 * RFC 6901, but for whole segments `{name}`: they walk every element of an array (its
 * index) or member of an object (its key), which becomes the label `name`.
 */
#ifndef MAP_JSON_POINTER_H
#define MAP_JSON_POINTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define JSON_POINTER_SEGMENTS_MAX 8
#define JSON_POINTER_CAPTURES_MAX 2

/* The most elements that the placeholders of one pointer visit in one value. */
#define JSON_POINTER_VISITS_MAX 256

struct json_segment {
    struct str text; /* unescaped, with a NUL behind it; of a placeholder its name */
    bool is_placeholder;
};

struct json_pointer {
    struct str text; /* as written */
    struct json_segment segments[JSON_POINTER_SEGMENTS_MAX];
    size_t segment_count;
    size_t capture_count;
};

struct json_captures {
    struct str names[JSON_POINTER_CAPTURES_MAX];
    struct str values[JSON_POINTER_CAPTURES_MAX];
    size_t count;
};

/* text must outlive the pointer; unescaped segments are put in the arena. */
enum err json_pointer_parse(struct str text, struct arena *arena,
                            struct json_pointer *out_pointer, struct error *error)
    __attribute__((warn_unused_result));

/* Calls found for each place that the pointer leads to, in the order of the JSON; the
 * captures are good during the call.  Members that are missing are not found.  False if
 * there were more than JSON_POINTER_VISITS_MAX elements: the rest was not visited. */
bool json_pointer_walk(const struct json_pointer *pointer, json_t *root,
                       void (*found)(void *context, const struct json_captures *captures,
                                     json_t *json),
                       void *context);

#endif
