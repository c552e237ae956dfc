/* go_duration.h - durations as Go's time.ParseDuration reads them: 1s, 1.5h, 100ms. */
#ifndef WEB_GO_DURATION_H
#define WEB_GO_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Numbers with a unit each (ns us µs ms s m h), not negative; a bare 0 is allowed.  False
 * for anything else and from 100 years on. */
bool go_duration_parse(struct str text, int64_t *out_ns);

#endif
