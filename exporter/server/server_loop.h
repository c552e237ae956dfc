/* server_loop.h - what the server thread does, over and over. */
#ifndef SERVER_SERVER_LOOP_H
#define SERVER_SERVER_LOOP_H

#include "base/err.h"

struct server;

/* Makes server->epoll and watches all there is to watch. */
enum err server_loop_open(struct server *server, struct error *error)
    __attribute__((warn_unused_result));

/* Serves until server->stop_deadline_ms was set and what was under way has ended, or the
 * deadline has passed: then nothing is suspended any more, and no listener is open. */
void server_loop_run(struct server *server);

/* Stops listening.  May be called twice. */
void server_loop_close_listeners(struct server *server);

#endif
