/* http_daemon.h - the one libmicrohttpd daemon of a server, in external epoll mode.
 *
 * It has no listen socket: server_loop accepts, so that the limits hold for all listeners
 * together.  The server thread only, and server.c where there is none.
 */
#ifndef SERVER_HTTP_DAEMON_H
#define SERVER_HTTP_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"

struct server;

/* Sets server->daemon. */
enum err http_daemon_open(struct server *server, struct error *error)
    __attribute__((warn_unused_result));

/* Is TLS spoken? */
bool http_daemon_has_tls(const struct server *server);

/* What has to be watched for input. */
int http_daemon_epoll(const struct server *server);

/* Takes a client's socket over; if it cannot, it closes it: false. */
bool http_daemon_add(struct server *server, int socket, const struct sockaddr *address,
                     socklen_t bytes);

/* Reads, calls routes, writes: whatever is possible without waiting. */
void http_daemon_run(struct server *server);

/* How long it may be left alone; 0: it has more to do right now. */
int64_t http_daemon_wait_ms(const struct server *server);

/* Closes all connections; none may be suspended.  May be called twice. */
void http_daemon_close(struct server *server);

#endif
