/* reply.c - see reply.h
 *
 * libmicrohttpd sends the pieces from where they are: nothing is joined or copied.
 */
#include "server/reply.h"

#include <assert.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdlib.h>

#include "server/piece.h"
#include "server/server.h"

#define DEFAULT_CONTENT_TYPE "text/plain; charset=utf-8"

struct header {
    const char *name;
    const char *value; /* NULL: left out */
};

/* What a response holds on to until it was sent. */
struct body {
    struct piece *pieces[REPLY_PIECES_MAX];
    size_t count;
    char gzip_end[COMPRESSION_END_BYTES];

    struct MHD_IoVec parts[REPLY_PIECES_MAX + 2];
    unsigned part_count;
};

static void body_free(void *context)
{
    struct body *body = context;

    for (size_t i = 0; i < body->count; i++)
        piece_release(body->pieces[i]);
    free(body);
}

static void add_part(struct body *body, struct str bytes)
{
    body->parts[body->part_count++] = (struct MHD_IoVec){bytes.p, bytes.n};
}

static void frame_gzip(struct body *body)
{
    struct checksum whole = {0};

    for (size_t i = 0; i < body->count; i++)
        whole = compression_join(whole, body->pieces[i]->checksum);
    compression_end(whole, body->gzip_end);
    add_part(body, (struct str){body->gzip_end, sizeof body->gzip_end});
}

static struct body *body_new(struct piece *const *pieces, size_t count)
{
    struct body *body = pieces[0] ? calloc(1, sizeof *body) : NULL;

    assert(count > 0 && count <= REPLY_PIECES_MAX);
    if (!body)
        return NULL;
    bool is_packed = pieces[0]->is_packed;
    if (is_packed)
        add_part(body, compression_head());
    for (size_t i = 0; i < count; i++) {
        body->pieces[body->count++] = piece_reference(pieces[i]);
        add_part(body, pieces[i]->bytes);
    }
    if (is_packed)
        frame_gzip(body);
    return body;
}

static struct MHD_Response *response_new(struct body *body)
{
    struct MHD_Response *response =
        body ? MHD_create_response_from_iovec(body->parts, body->part_count, body_free,
                                              body)
             : NULL;

    if (body && !response)
        body_free(body);
    return response;
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

struct MHD_Response *reply_make(const struct reply *reply, struct piece *const *pieces,
                                size_t count)
{
    struct MHD_Response *response = response_new(body_new(pieces, count));

    if (!response)
        return NULL;
    struct header headers[] = {
        {"Content-Type",
         reply->content_type ? reply->content_type : DEFAULT_CONTENT_TYPE},
        {"Content-Encoding", pieces[0]->is_packed ? "gzip" : NULL},
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
