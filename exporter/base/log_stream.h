/* log_stream.h - stderr, whatever stands at its other end. */
#ifndef BASE_LOG_STREAM_H
#define BASE_LOG_STREAM_H

#include <stdbool.h>

#include "base/str.h"

/* Writes a line, if that needs no waiting: a reader that stands still, a reader that left
 * and a full disk must not stop the exporter.  False if not all of it was written.  One
 * thread at a time. */
bool log_stream_write(struct str line);

#endif
