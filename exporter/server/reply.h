/* reply.h - a struct reply and the pieces of its body as a response of libmicrohttpd. */
#ifndef SERVER_REPLY_H
#define SERVER_REPLY_H

#include <stddef.h>

struct MHD_Response;
struct piece;
struct reply;

/* The most pieces that a body has. */
#define REPLY_PIECES_MAX 4

/* Takes a reference of each piece; all are packed or none is.  NULL without memory (also
 * for a piece that is NULL for that reason); else the caller destroys it. */
struct MHD_Response *reply_make(const struct reply *reply, struct piece *const *pieces,
                                size_t count);

#endif
