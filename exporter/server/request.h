/* request.h - one request under way: what the files of this folder know of it.
 *
 * What a route may do with it is in server.h.  It lives in its connection and is used
 * anew for each request of it.  The server thread only.
 */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct MHD_Connection;
struct MHD_Response;
struct route;
struct web_settings;

/* Nobody here reads a body; one that is longer ends the connection. */
#define REQUEST_BODY_MAX ((size_t)64 * 1024)

enum request_state {
    REQUEST_NONE,    /* its first line and headers have not arrived */
    REQUEST_BODY,    /* its body has not arrived */
    REQUEST_RUNNING, /* its route runs */
    REQUEST_WAITING, /* its connection is suspended, until its route runs again */
    REQUEST_ANSWERED /* the reply is made, or on its way */
};

/* The same for all requests of a server. */
struct request_setting {
    int64_t request_ms;
    int64_t answer_ms;
};

struct request {
    const struct request_setting *setting;
    struct MHD_Connection *handle;
    enum request_state state;
    struct deadline deadline; /* of the state: for the rest of the request, for the wait,
                                 for the client to read the answer */

    const char *method; /* good until the answer */
    const char *path;
    bool has_nul;      /* in the path or a query argument, where C would not see it */
    size_t body_bytes; /* so far */
    int64_t started_ms;
    bool is_begun; /* the router knows what is asked for */

    struct web_settings *web; /* a reference; NULL: none, or not looked at yet */
    bool is_admitted;

    const struct route *route; /* NULL: none, or not decided yet */
    size_t count_row;          /* of request_count */
    unsigned *place;           /* what counts it among those under way; NULL: nothing */
    uint64_t ticket;

    int status;
    struct MHD_Response *response; /* NULL: not made, or handed to libmicrohttpd */
};

/* A request that has not arrived; its time runs. */
void request_await(struct request *request);

/* Its first line and headers are there; method and path are borrowed. */
void request_begin(struct request *request, const char *method, const char *path);

/* Answers one that waits with 503: the server stops. */
void request_refuse(struct request *request);

/* Gives back what it holds; the next one is awaited. */
void request_end(struct request *request);

#endif
