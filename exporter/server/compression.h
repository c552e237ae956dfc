/* compression.h - gzip for clients that take it, made of pieces.  Pure.
 *
 * A text becomes deflate blocks that stand alone: those of several texts, one behind the
 * other between a head and an end, are one gzip file of the joined text.  (Files of
 * several members would be simpler, but curl and browsers read only the first.)
 */
#ifndef SERVER_COMPRESSION_H
#define SERVER_COMPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* Shorter bodies are not worth it: with its header gzip saves them nothing that a
 * network packet would notice. */
#define COMPRESSION_BODY_MIN ((size_t)512)

/* What an Accept-Encoding header says of gzip: its own entry, else that of "*". */
bool compression_is_accepted(struct str accept_encoding);

/* What gzip's end says of a text. */
struct checksum {
    uint32_t crc;
    size_t bytes;
};

/* The text's deflate blocks, in memory of the caller's; failed if zlib has none. */
struct buf compression_deflate(struct str text, struct checksum *out_checksum);

/* Of two texts, one behind the other. */
struct checksum compression_join(struct checksum first, struct checksum second);

/* What stands before the first block, and behind the last. */
#define COMPRESSION_END_BYTES 10
struct str compression_head(void);
void compression_end(struct checksum checksum, char out_end[COMPRESSION_END_BYTES]);

#endif
