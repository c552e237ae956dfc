/* duration.h - durations as Prometheus writes them: 500ms, 10s, 1m30s, 2h. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* Units y w d h m s ms, each once, largest first; a bare 0 is allowed.
 * False for anything else and beyond 100 years. */
bool duration_parse(struct str text, int64_t *out_ms);

void duration_print(int64_t ms, struct buf *out);

#endif
