/* escape.h - HELP texts as the two formats want them. */
#ifndef RENDER_ESCAPE_H
#define RENDER_ESCAPE_H

#include "base/buf.h"
#include "base/str.h"

/* Text 0.0.4: backslash and newline. */
void escape_help_text(struct str help, struct buf *out);

/* OpenMetrics: backslash, newline and double quote. */
void escape_help_openmetrics(struct str help, struct buf *out);

#endif
