/* json_string.h - a string of JSON as text, mended on the way.
 *
 * Python's json module writes lone surrogates, D-Bus hands on bytes of any kind.  One bad
 * character must not cost a service: broken UTF-8, lone \u surrogates, NUL and control
 * bytes become U+FFFD, but for tab, newline and return, which stay.
 */
#ifndef SOURCE_JSON_STRING_H
#define SOURCE_JSON_STRING_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* Reads the string that *rest begins with (at its quote) and moves behind it.  A string
 * without anything special, which most are, is a slice of *rest; another one is put into
 * scratch, which is cleared first.  False, and *rest somewhere in it, if it is cut short
 * or holds an escape that JSON has not. */
bool json_string_read(struct str *rest, struct buf *scratch, struct str *out_text);

/* Adds text, valid UTF-8, as a string of JSON. */
void json_string_write(struct str text, struct buf *out);

#endif
