/* json_tree.h - an object or array of JSON as a tree, mended as the wire's is. */
#ifndef ACTIONS_JSON_TREE_H
#define ACTIONS_JSON_TREE_H

#include <jansson.h>

#include "base/err.h"
#include "base/str.h"

/* On success the caller owns *out_json, in which all numbers are reals.  ERR_MALFORMED
 * (no JSON, too deep), ERR_TOO_LARGE, ERR_MEMORY. */
enum err json_tree_read(struct str text, json_t **out_json)
    __attribute__((warn_unused_result));

#endif
