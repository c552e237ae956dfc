/* reply.c - see reply.h */
#include "server/reply.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stdlib.h>

#include "server/compression.h"
#include "server/server.h"

#define DEFAULT_CONTENT_TYPE "text/plain; charset=utf-8"

struct header {
    const char *name;
    const char *value; /* NULL: left out */
};

/* True if body is compressed now. */
static bool compress(const struct reply *reply, struct buf *body,
                     struct str accept_encoding)
{
    if (!reply->may_compress || body->n < COMPRESSION_BODY_MIN ||
        !compression_is_accepted(accept_encoding))
        return false;
    struct buf small = compression_gzip(buf_str(body));
    if (small.failed) {
        buf_free(&small);
        return false;
    }
    buf_free(body);
    *body = small;
    return true;
}

static const char *vary(const struct reply *reply)
{
    if (reply->varies)
        return "Accept, Accept-Encoding";
    return reply->may_compress ? "Accept-Encoding" : NULL;
}

static bool add_headers(struct MHD_Response *response, const struct header *headers,
                        size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (headers[i].value && MHD_add_response_header(response, headers[i].name,
                                                        headers[i].value) != MHD_YES)
            return false;
    return true;
}

struct MHD_Response *reply_make(const struct reply *reply, struct buf *body,
                                struct str accept_encoding)
{
    if (body->failed) {
        buf_free(body);
        return NULL;
    }
    bool is_gzip = compress(reply, body, accept_encoding);
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(body->n, body->p, free);
    if (!response) {
        buf_free(body);
        return NULL;
    }
    *body = buf_new(body->max); /* its memory is the response's now */

    struct header headers[] = {
        {"Content-Type",
         reply->content_type ? reply->content_type : DEFAULT_CONTENT_TYPE},
        {"Content-Encoding", is_gzip ? "gzip" : NULL},
        {"Vary", vary(reply)},
        {"Content-Security-Policy", reply->csp},
        {"X-Content-Type-Options", "nosniff"},
    };
    if (!add_headers(response, headers, sizeof headers / sizeof headers[0])) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}
