/* server.h - HTTP in front of a table of routes.  Has never heard of Victron.
 *
 * One thread runs all listeners (libmicrohttpd in external epoll mode) and all routes.
 * A route answers at once, or says that it waits: then the connection is suspended, costs
 * nothing, and the route runs again when server_wake was called or its deadline passed.
 */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

struct piece;
struct server;  /* a thread, sockets; opaque */
struct request; /* one request under way; the server thread only */
struct web_watch;

#define SERVER_CONNECTIONS_MAX 256
#define SERVER_CONNECTIONS_PER_ADDRESS_MAX 64
#define SERVER_REQUEST_MS                                                                \
    10000 /* from accept, or the last answer, to the last byte of a request; the         \
             handshake of TLS included */
#define SERVER_ANSWER_MS 30000 /* to read the answer */

enum method { METHOD_GET = 1, METHOD_HEAD = 2, METHOD_POST = 4, METHOD_PUT = 8 };

struct route {
    const char *path;     /* matched exactly */
    const char *name;     /* "metrics": the label `handler` of the request count */
    unsigned methods;     /* of enum method, or'ed; others are answered 405 with Allow */
    unsigned max_waiting; /* requests of this route under way at once; beyond it 503; 0:
                             no limit */
    void (*run)(void *context, struct request *request);
    void *context;
};

struct server_options {
    const struct str *addresses; /* Go syntax: ":10088", "127.0.0.1:0", "[::1]:10088" */
    size_t address_count;
    const int *sockets; /* already bound and listening (socket activation): instead of
                           addresses */
    size_t socket_count;
    struct web_watch *web; /* TLS, users, …; borrowed; NULL: plain HTTP for everybody */
    const char *mending_path; /* of the route that runs also while the web configuration
                                 has a mistake; borrowed; NULL: none */
};

/* Binds and listens; the addresses in use can be asked at once.  Copies routes.
 * ERR_USAGE names the address and what is wrong. */
enum err server_open(const struct server_options *options, const struct route *routes,
                     size_t route_count, struct server **out_server, struct error *error)
    __attribute__((warn_unused_result));

/* The text of a listener, "127.0.0.1:40123", with the port that the system gave; empty
 * where there is none. */
struct str server_address(const struct server *server, size_t index);

/* Starts the thread. */
enum err server_start(struct server *server, struct error *error)
    __attribute__((warn_unused_result));

/* Runs the routes of suspended requests again, soon.  Any thread, never blocks. */
void server_wake(struct server *server);

/* How often the server thread has gone round.  After server_wake it rises soon, or the
 * thread hangs.  Any thread. */
unsigned server_turns(const struct server *server);

/* Closes the listeners, lets what is under way end until the deadline, ends the thread.
 */
void server_stop(struct server *server, struct deadline deadline);

/* Frees everything; stops first if that was not done.  NULL is allowed. */
void server_close(struct server *server);

/* Requests answered so far, for each (route name, status code) that occurred; the name of
 * a path that is no route is "other".  Any thread. */
void server_count_requests(struct server *server,
                           void (*each)(void *context, const char *name, int status,
                                        uint64_t count),
                           void *context);

/* ---- inside a route ---- */

/* Empty when the header is missing.  Good until the answer. */
struct str request_header(struct request *request, const char *name);

/* Values of a query argument that may be repeated ("name[]"); at most max are written,
 * all are counted.  Good until the answer. */
size_t request_arguments(struct request *request, const char *name,
                         struct str *out_values, size_t max);

/* When the request was read. */
int64_t request_started_ms(const struct request *request);

/* A number that the route may keep between its runs; 0 at the first. */
uint64_t *request_ticket(struct request *request);

/* The route runs again at server_wake or at the deadline; it must then answer or wait
 * again. */
void request_wait(struct request *request, struct deadline deadline);

struct reply {
    int status;
    const char *content_type; /* NULL: text/plain; charset=utf-8 */
    const char *csp;          /* Content-Security-Policy, NULL for none */
    bool may_compress;        /* gzip if the client takes it */
    bool varies;              /* Vary: Accept, Accept-Encoding */
};

/* Takes the memory of body over (it is empty afterwards).  A failed body is answered 500.
 */
void request_reply(struct request *request, const struct reply *reply, struct buf *body);

/* This client takes gzip: for a long body, pieces that are packed. */
bool request_takes_gzip(struct request *request);

/* Answers with the pieces (piece.h) one behind the other; each keeps its owner.  One that
 * is NULL, or a mixture of packed ones and others, is answered 500. */
void request_reply_pieces(struct request *request, const struct reply *reply,
                          struct piece *const *pieces, size_t count);

/* A line of text, to which its end is added, and a status. */
void request_reply_text(struct request *request, int status, const char *text);

#endif
