/* json_parse.h - text from the wire as a tree, whatever is in it.
 *
 * The text is mended (json_repair.h) and measured before jansson parses it: its parser
 * recurses on the stack of a small thread and takes a hundred bytes a value.
 */
#ifndef SOURCE_JSON_PARSE_H
#define SOURCE_JSON_PARSE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "model/limits.h"
#include "source/json_repair.h"

#define JSON_DEPTH_MAX 64
#define JSON_VALUES_MAX ((size_t)2 * LIMIT_VALUES)

/* What a scratch needs at most. */
#define JSON_SCRATCH_MAX ((size_t)JSON_REPAIR_GROWTH * LIMIT_ANSWER_BYTES)

/* An object or array; all numbers in it are reals.  scratch is cleared first.  On
 * success the caller owns *out_json (json_decref).
 * ERR_MALFORMED (cut short, not JSON, too deep), ERR_TOO_LARGE. */
enum err json_parse(struct str text, struct buf *scratch, json_t **out_json,
                    struct error *error) __attribute__((warn_unused_result));

#endif
