/* exposition.h - the two formats of one walker; rows of renderer.c's table. */
#ifndef RENDER_EXPOSITION_H
#define RENDER_EXPOSITION_H

#include "render/renderer.h"

extern const struct renderer text_renderer;        /* Prometheus text 0.0.4 */
extern const struct renderer openmetrics_renderer; /* OpenMetrics 1.0.0 */

/* The same page for old servers that only know the draft's name, 0.0.1. */
extern const struct renderer openmetrics_draft_renderer;

#endif
