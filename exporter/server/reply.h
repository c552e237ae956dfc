/* reply.h - a struct reply and its body as a response of libmicrohttpd. */
#ifndef SERVER_REPLY_H
#define SERVER_REPLY_H

#include "base/buf.h"
#include "base/str.h"

struct MHD_Response;
struct reply;

/* Takes the memory of body over, whatever happens (it is empty afterwards).
 * accept_encoding is the client's header.  NULL without memory or when body has failed;
 * else the caller destroys it. */
struct MHD_Response *reply_make(const struct reply *reply, struct buf *body,
                                struct str accept_encoding);

#endif
