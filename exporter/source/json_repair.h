/* json_repair.h - one bad token must not cost a service.
 *
 * Python's json module writes NaN, Infinity and lone surrogates; jansson refuses the
 * whole document for one of them, for a number beyond double, for bytes that are not
 * UTF-8, for a bare control byte in a string and for \u0000 in a key.  Here they are
 * mended before jansson sees them: outside strings NaN, Infinity, -Infinity and numbers
 * beyond double become null; inside strings broken UTF-8, lone \u surrogates, \u0000 and
 * control bytes become U+FFFD, but for tab, newline and return, which become escapes.
 * Whatever else is wrong is left for the parser to refuse.
 */
#ifndef SOURCE_JSON_REPAIR_H
#define SOURCE_JSON_REPAIR_H

#include "base/buf.h"
#include "base/str.h"

/* A mended text is at most so many times as long: one broken byte becomes three. */
#define JSON_REPAIR_GROWTH 3

/* What a parser will need: a deep text costs it stack, many values memory. */
struct json_shape {
    size_t depth;  /* of arrays and objects in one another */
    size_t values; /* at most so many, structures counted */
};

/* Adds the mended text to out, in one linear pass.  Pure. */
struct json_shape json_repair(struct str text, struct buf *out);

#endif
