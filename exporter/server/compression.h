/* compression.h - gzip for clients that take it.  Pure. */
#ifndef SERVER_COMPRESSION_H
#define SERVER_COMPRESSION_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* Shorter bodies are not worth it: with its header gzip saves them nothing that a
 * network packet would notice. */
#define COMPRESSION_BODY_MIN ((size_t)512)

/* What an Accept-Encoding header says of gzip: its own entry, else that of "*". */
bool compression_is_accepted(struct str accept_encoding);

/* The gzip form of body, in memory of the caller's; failed if zlib has no memory or if
 * nothing would be gained. */
struct buf compression_gzip(struct str body);

#endif
