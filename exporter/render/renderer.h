/* renderer.h - samples to bytes, in a format that the client asked for.
 *
 * A new format is one file with a struct renderer and one row in renderer.c.
 * Renderers know families, series and numbers; they have never heard of a device.
 */
#ifndef RENDER_RENDERER_H
#define RENDER_RENDERER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

struct sample_set;

/* What of the page is wanted: ?name[]= and ?device[]=; nothing given: all.
 * A name is that of a sample line or of its family; with devices only series with such
 * a label `device` are left. */
struct page_filter {
    const struct str *names;
    size_t name_count;
    const struct str *devices;
    size_t device_count;
};

struct renderer {
    const char *content_type;
    const char *end; /* of a page, behind all its samples */

    /* A page may be rendered in parts, each with families of its own. */
    void (*render)(const struct sample_set *samples, const struct page_filter *filter,
                   struct buf *out);
};

/* Chooses by an Accept header as Prometheus' own servers do: by weight, then order; the
 * text format 0.0.4 when nothing fits.  Never NULL. */
const struct renderer *renderer_for(struct str accept);

#endif
