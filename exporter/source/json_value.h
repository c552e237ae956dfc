/* json_value.h - a JSON value as a reading's value.
 *
 * null and [] are none, true and false are 1 and 0, {} and arrays are kept as text.
 */
#ifndef SOURCE_JSON_VALUE_H
#define SOURCE_JSON_VALUE_H

#include <jansson.h>

#include "base/buf.h"
#include "model/value.h"

/* A text in the result is borrowed from json, or from *scratch (which is cleared
 * first) for structures.  A structure beyond scratch's maximum is none, and
 * scratch->failed is set. */
struct value json_value(const json_t *json, struct buf *scratch);

#endif
