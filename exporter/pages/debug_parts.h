/* debug_parts.h - what the parts of /debug/scrape are made of. */
#ifndef PAGES_DEBUG_PARTS_H
#define PAGES_DEBUG_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct apply_note;
struct snapshot;

/* ---- debug_text.c: words for a terminal ---- */

/* A text of others, printable, then blanks up to width columns. */
void debug_add_column(struct buf *out, struct str text, size_t width);

/* text in lines of at most 100 columns, each begun by indent blanks but for the first,
 * which goes on where out stands. */
void debug_add_wrapped(struct buf *out, size_t indent, const char *text);

/* ---- debug_requests.c: each request, or over MQTT each device ---- */

void debug_add_requests(struct buf *out, const struct snapshot *snapshot, bool is_mqtt,
                        double unix_seconds);

/* ---- debug_values.c: each value that made no sample ---- */

/* More kinds of notes than there are. */
#define DEBUG_KINDS_MAX 16

struct debug_values {
    struct buf lines;
    size_t count;
    const char *kinds[DEBUG_KINDS_MAX]; /* that were heard of */
    size_t kind_count;
};

/* For struct apply_listener; context is the struct debug_values. */
void debug_hear_value(void *context, const struct apply_note *note);

void debug_add_values(struct buf *out, const struct debug_values *values);

#endif
