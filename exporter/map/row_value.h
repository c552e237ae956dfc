/* row_value.h - a value as a row wants it: a number, or a text for a label.  Pure. */
#ifndef MAP_ROW_VALUE_H
#define MAP_ROW_VALUE_H

#include <jansson.h>

#include "base/arena.h"
#include "map/map_row.h"
#include "model/refusal.h"
#include "model/value.h"

enum row_outcome { ROW_GIVEN, ROW_ABSENT, ROW_REFUSED };

/* Scaled and checked.  ROW_REFUSED: *out_refusal says why. */
enum row_outcome row_number(const struct map_row *row, const struct value *value,
                            double *out_number, enum refusal *out_refusal);

/* A number's text is put in the arena, another one is the value's own.  Empty is absent.
 */
enum row_outcome row_text(const struct map_row *row, const struct value *value,
                          struct arena *arena, struct str *out_text,
                          enum refusal *out_refusal);

/* The value of a mark's label for that text; empty if it contains none of its marks. */
struct str row_mark_value(const struct map_row *row, struct str label, struct str text);

/* A member of a JSON value as a value of its own; text is borrowed. */
struct value row_json_value(json_t *json);

#endif
