/* html.h - text that stands in a page as it is, whatever a station calls itself. */
#ifndef PAGES_HTML_H
#define PAGES_HTML_H

#include "base/buf.h"
#include "base/str.h"

/* Adds text with & < > " ' escaped, broken UTF-8 repaired, control bytes as U+FFFD. */
void html_add_escaped(struct buf *out, struct str text);

/* The same for what a station says: its writing direction ends where it ends. */
void html_add_isolated(struct buf *out, struct str text);

#endif
