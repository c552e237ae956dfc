/* json_number.h - a number of JSON as a double.  Pure. */
#ifndef SOURCE_JSON_NUMBER_H
#define SOURCE_JSON_NUMBER_H

#include "base/buf.h"
#include "base/str.h"

/* How many bytes the number has that text begins with, 0 if there is none; "01" and "1."
 * are none.  *out_number is the nearest double, infinite beyond them.  scratch is for
 * numbers of very many digits. */
size_t json_number_read(struct str text, struct buf *scratch, double *out_number);

#endif
