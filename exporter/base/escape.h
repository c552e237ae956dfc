/* escape.h - a text made fit for one line, or for double quotes, by backslashes. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include "base/buf.h"
#include "base/str.h"

/* Adds text with a backslash before each backslash; a newline becomes \n. */
void escape_lines(struct str text, struct buf *out);

/* The same, and a backslash before each double quote. */
void escape_quoted(struct str text, struct buf *out);

#endif
