/* python_json.h - JSON as Python's json.dumps writes it, byte for byte but for numbers:
 * those are integers where they have no fraction, else the shortest decimal.
 *
 * It is what the API server on a GX answers with (indented) and what its services put
 * into their texts (flat).
 */
#ifndef ACTIONS_PYTHON_JSON_H
#define ACTIONS_PYTHON_JSON_H

#include <jansson.h>

#include "base/buf.h"

enum python_json_style { PYTHON_JSON_FLAT, PYTHON_JSON_INDENTED };

/* Adds json, which is not changed, to out.  Recurses as deeply as json is nested. */
void python_json_add(json_t *json, enum python_json_style style, struct buf *out);

#endif
