/* server.c - see server.h.  The life of a server; what it does is in server_loop.c. */
#include "server/server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "server/admission.h"
#include "server/http_daemon.h"
#include "server/server_loop.h"
#include "server/server_state.h"

static const struct server_limits default_limits = {
    .request_ms = SERVER_REQUEST_MS,
    .answer_ms = SERVER_ANSWER_MS,
    .connections_max = SERVER_CONNECTIONS_MAX,
    .connections_per_address_max = SERVER_CONNECTIONS_PER_ADDRESS_MAX,
};

static struct server *server_new(const struct server_limits *limits)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server)
        return NULL;
    server->arena = arena_new(SERVER_ARENA_MAX);
    server->limits = *limits;
    server->epoll = -1;
    server->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    atomic_init(&server->stop_deadline_ms, SERVER_NOT_STOPPING);
    return server;
}

/* Everything that needs memory only. */
static enum err allocate(struct server *server, const struct route *routes,
                         size_t route_count, struct error *error)
{
    struct arena *arena = &server->arena;

    server->router = router_in(arena, routes, route_count);
    server->counts =
        request_count_in(arena, server->router.names, server->router.name_count);
    server->connections = connection_table_in(arena, &server->limits);
    server->setting = (struct request_setting){
        .request_ms = server->limits.request_ms,
        .answer_ms = server->limits.answer_ms,
    };
    if (arena->failed)
        return error_set(error, ERR_MEMORY, "no memory for a server of %zu routes",
                         route_count);
    return ERR_OK;
}

static enum err open_listeners(struct server *server,
                               const struct server_options *options, struct error *error)
{
    bool is_handed_over = options->socket_count > 0;
    size_t count = is_handed_over ? options->socket_count : options->address_count;

    if (count == 0 || count > SERVER_LISTENERS_MAX)
        return error_set(error, ERR_USAGE, "%zu listen addresses, allowed are 1 to %d",
                         count, SERVER_LISTENERS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct listener *listener = &server->listeners[i];
        enum err failure = is_handed_over
                               ? listener_adopt(options->sockets[i], listener, error)
                               : listener_open(options->addresses[i], listener, error);
        if (failure)
            return failure;
        server->listener_count++;
    }
    return ERR_OK;
}

static enum err assemble(struct server *server, const struct server_options *options,
                         const struct route *routes, size_t route_count,
                         struct error *error)
{
    if (server->wake < 0)
        return error_set(error, ERR_IO, "eventfd: %s", strerror(errno));
    enum err failure = allocate(server, routes, route_count, error);
    server->web = options->web;
    if (!failure && server->web)
        failure = admission_open(server->web, options->mending_path, server->wake,
                                 &server->router.admission, error);
    if (!failure)
        failure = open_listeners(server, options, error);
    if (!failure)
        failure = http_daemon_open(server, error);
    if (!failure)
        failure = server_loop_open(server, error);
    return failure;
}

static void close_descriptor(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

/* The thread takes no signals: they are main's. */
static int start_thread(struct server *server, void *(*run)(void *))
{
    sigset_t all;
    sigset_t before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&server->thread, NULL, run, server);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

static void *run_thread(void *context)
{
    (void)prctl(PR_SET_NAME, "server");
    server_loop_run(context);
    return NULL;
}

enum err server_open_limited(const struct server_options *options,
                             const struct route *routes, size_t route_count,
                             const struct server_limits *limits,
                             struct server **out_server, struct error *error)
{
    struct server *server = server_new(limits);

    if (!server)
        return error_set(error, ERR_MEMORY, "no memory for a server");
    enum err failure = assemble(server, options, routes, route_count, error);
    if (failure) {
        if (options->socket_count > 0)
            server->listener_count = 0; /* they stay the caller's */
        server_close(server);
        return failure;
    }
    *out_server = server;
    return ERR_OK;
}

enum err server_open(const struct server_options *options, const struct route *routes,
                     size_t route_count, struct server **out_server, struct error *error)
{
    return server_open_limited(options, routes, route_count, &default_limits, out_server,
                               error);
}

struct str server_address(const struct server *server, size_t index)
{
    return str_from(index < SERVER_LISTENERS_MAX ? server->listeners[index].text : NULL);
}

enum err server_start(struct server *server, struct error *error)
{
    int failure = start_thread(server, run_thread);

    if (failure)
        return error_set(error, ERR_IO, "server thread: %s", strerror(failure));
    server->is_running = true;
    return ERR_OK;
}

void server_wake(struct server *server)
{
    (void)eventfd_write(server->wake, 1);
}

unsigned server_turns(const struct server *server)
{
    return atomic_load(&server->turns);
}

void server_stop(struct server *server, struct deadline deadline)
{
    if (server->is_running) {
        atomic_store(&server->stop_deadline_ms, deadline.at_ms);
        server_wake(server);
        (void)pthread_join(server->thread, NULL);
        server->is_running = false;
    }
    server_loop_close_listeners(server);
    http_daemon_close(server);
}

void server_close(struct server *server)
{
    if (!server)
        return;
    server_stop(server, deadline_in_ms(0));
    admission_close(server->router.admission);
    close_descriptor(server->epoll);
    close_descriptor(server->wake);
    arena_free(&server->arena);
    free(server);
}

void server_count_requests(struct server *server,
                           void (*each)(void *context, const char *name, int status,
                                        uint64_t count),
                           void *context)
{
    request_count_each(&server->counts, each, context);
}
