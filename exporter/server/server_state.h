/* server_state.h - what a server is made of; for http_daemon, server_loop and server. */
#ifndef SERVER_SERVER_STATE_H
#define SERVER_SERVER_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/log.h"
#include "server/connection.h"
#include "server/listener.h"
#include "server/request_count.h"
#include "server/router.h"
#include "server/server_limits.h"

struct MHD_Daemon;
struct web_watch;

#define SERVER_LISTENERS_MAX 16
#define SERVER_ARENA_MAX ((size_t)4 * 1024 * 1024)
#define SERVER_NOT_STOPPING INT64_MAX

struct server {
    struct arena arena; /* what lives as long as the server */
    struct server_limits limits;
    struct listener listeners[SERVER_LISTENERS_MAX];
    size_t listener_count;

    /* Of the server thread, once it runs. */
    struct router router;
    struct connection_table connections;
    struct request_setting setting;
    struct MHD_Daemon *daemon;
    struct web_watch *web; /* NULL: none */
    int epoll;
    bool is_giving_up; /* the deadline of server_stop has passed */
    struct log_outcome accept_outcome;
    int64_t accept_again_ms; /* while the process has no file descriptors left; 0: not */

    /* Of all threads. */
    struct request_count counts;
    int wake;                         /* an eventfd */
    atomic_uint turns;                /* of the thread's loop */
    _Atomic int64_t stop_deadline_ms; /* SERVER_NOT_STOPPING until server_stop */

    pthread_t thread;
    bool is_running; /* the thread is to be joined */
};

#endif
