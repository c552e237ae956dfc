/* server_loop.c - see server_loop.h
 *
 * One epoll set holds the listeners, an eventfd, libmicrohttpd's own epoll set and, for
 * their end only, the clients; the nearest deadline is its timeout.  What libmicrohttpd
 * 0.9.75 does not do in external epoll mode is done here:
 * - MHD_resume_connection wakes nobody, and MHD_get_timeout does not know of it: whoever
 *   resumes must run the library in the same turn, and another thread must write to the
 *   eventfd;
 * - a handshake of TLS that waits for the client is tried again and again: it is held
 *   (see tls_session.h);
 * - an end that arrives together with the last bytes is overlooked (its bug 7192: a short
 *   read is taken for a drained socket, and there is no second edge).
 */
#include "server/server_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "server/http_daemon.h"
#include "server/server.h"
#include "server/server_state.h"

#define EVENTS_MAX 64
/* A flood must not keep the others waiting, nor take their spare places in one turn. */
#define ACCEPTS_A_TURN 16
#define ACCEPT_PAUSE_MS 100
#define WAIT_MAX_MS 60000

/* What an event is about. */
enum event_kind { EVENT_WAKE, EVENT_DAEMON, EVENT_LISTENER, EVENT_CLIENT };

/* number: which listener; which client (a socket). */
static bool watch(const struct server *server, int fd, uint32_t events,
                  enum event_kind kind, uint32_t number)
{
    struct epoll_event event = {
        .events = events,
        .data.u64 = (uint64_t)kind << 32 | number,
    };

    return epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool watch_listeners(const struct server *server)
{
    for (size_t i = 0; i < server->listener_count; i++)
        if (!watch(server, server->listeners[i].socket, EPOLLIN, EVENT_LISTENER,
                   (uint32_t)i))
            return false;
    return true;
}

/* Also before a close: a socket that systemd holds too would stay in the set. */
static void unwatch_listeners(const struct server *server)
{
    for (size_t i = 0; i < server->listener_count; i++)
        (void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, server->listeners[i].socket, NULL);
}

enum err server_loop_open(struct server *server, struct error *error)
{
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (server->epoll < 0 || !watch(server, server->wake, EPOLLIN, EVENT_WAKE, 0) ||
        !watch(server, http_daemon_epoll(server), EPOLLIN, EVENT_DAEMON, 0) ||
        !watch_listeners(server))
        return error_set(error, ERR_IO, "epoll: %s", strerror(errno));
    return ERR_OK;
}

void server_loop_close_listeners(struct server *server)
{
    unwatch_listeners(server);
    for (size_t i = 0; i < server->listener_count; i++)
        listener_close(&server->listeners[i]);
}

/* A listener that cannot be served is ready all the time: without a pause the thread
 * would spin. */
static void pause_accepting(struct server *server, const char *reason)
{
    if (log_outcome_failed(&server->accept_outcome, str_from(reason)))
        log_write(LOG_WARN, "cannot accept connections", "reason", reason, NULL);
    unwatch_listeners(server);
    server->accept_again_ms = clock_monotonic_ms() + ACCEPT_PAUSE_MS;
}

static void note_accepted(struct server *server)
{
    if (log_outcome_recovered(&server->accept_outcome, NULL))
        log_write(LOG_INFO, "accepting connections again", NULL);
}

static void accept_again(struct server *server, int64_t now_ms)
{
    if (!server->accept_again_ms || now_ms < server->accept_again_ms)
        return;
    server->accept_again_ms = 0;
    if (!watch_listeners(server))
        pause_accepting(server, strerror(errno));
}

/* The kernel keeps an answer that fits its buffers, also for a connection that is closed
 * by then.  It gives up without a word, so it comes after our own clock. */
static void bound_kernel_time(const struct server *server, int socket)
{
    unsigned patience_ms = (unsigned)(2 * server->limits.answer_ms);

    (void)setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms,
                     sizeof patience_ms);
    (void)fcntl(socket, F_SETFD, FD_CLOEXEC);
}

/* Is there more to accept after accept failed so? */
static bool goes_on_after(struct server *server, int failure)
{
    if (failure == EMFILE || failure == ENFILE || failure == ENOBUFS || failure == ENOMEM)
        pause_accepting(server, strerror(failure));
    return failure == ECONNABORTED || failure == EINTR;
}

/* What a client sends is libmicrohttpd's business, but for handshakes that are held. */
static uint32_t client_events(const struct server *server)
{
    return http_daemon_has_tls(server) ? EPOLLRDHUP | EPOLLIN : EPOLLRDHUP;
}

/* False when there is nothing more to accept now. */
static bool accept_client(struct server *server, int listener)
{
    struct sockaddr_storage address = {0};
    socklen_t bytes = sizeof address;
    int socket = accept(listener, (struct sockaddr *)&address, &bytes);

    if (socket < 0)
        return goes_on_after(server, errno);
    note_accepted(server);
    if (!connection_table_has_room(&server->connections,
                                   (const struct sockaddr *)&address)) {
        (void)close(socket);
        return true;
    }
    bound_kernel_time(server, socket);
    if (http_daemon_add(server, socket, (const struct sockaddr *)&address, bytes))
        (void)watch(server, socket, client_events(server) | EPOLLET, EVENT_CLIENT,
                    (uint32_t)socket);
    connection_table_keep_room(&server->connections);
    return true;
}

static void accept_clients(struct server *server, int listener)
{
    for (int i = 0; i < ACCEPTS_A_TURN; i++)
        if (!accept_client(server, listener))
            return;
}

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

static int wait_ms(const struct server *server)
{
    int64_t next_ms = connection_table_next_ms(&server->connections);

    if (server->accept_again_ms)
        next_ms = earlier(next_ms, server->accept_again_ms);
    next_ms = earlier(next_ms, atomic_load(&server->stop_deadline_ms));
    int64_t left_ms = deadline_left_ms((struct deadline){next_ms});
    left_ms = earlier(left_ms, http_daemon_wait_ms(server));
    return (int)earlier(left_ms, WAIT_MAX_MS);
}

static void hear_client(struct server *server, int socket, uint32_t events)
{
    if (events & EPOLLIN)
        connection_table_note_data(&server->connections, socket);
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        connection_table_note_end(&server->connections, socket);
}

/* True for a wake. */
static bool take_event(struct server *server, const struct epoll_event *event)
{
    uint32_t number = (uint32_t)event->data.u64;
    eventfd_t wakes;

    switch ((enum event_kind)(event->data.u64 >> 32)) {
    case EVENT_WAKE:
        return eventfd_read(server->wake, &wakes) == 0;
    case EVENT_LISTENER:
        accept_clients(server, server->listeners[number].socket);
        break;
    case EVENT_CLIENT:
        hear_client(server, (int)number, event->events);
        break;
    case EVENT_DAEMON: /* it runs in each turn */
        break;
    }
    return false;
}

/* The library reads before anybody is called late: what had arrived in time counts, also
 * when this thread was held up. */
static void turn(struct server *server)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(server->epoll, events, EVENTS_MAX, wait_ms(server));
    struct attention attention = {.now_ms = clock_monotonic_ms()};

    for (int i = 0; i < count; i++)
        if (take_event(server, &events[i]))
            attention.is_woken = true;
    accept_again(server, attention.now_ms);
    http_daemon_run(server);
    attention.is_all_read = http_daemon_wait_ms(server) > 0;
    if (connection_table_attend(&server->connections, &server->router, attention))
        http_daemon_run(server);
    if (http_daemon_has_tls(server))
        connection_table_hold_handshakes(&server->connections);
    (void)atomic_fetch_add(&server->turns, 1);
}

/* True when all have ended, or their time has.  In the first turn after server_stop what
 * waited in the listeners was accepted, and what had been sent was read. */
static bool has_stopped(struct server *server)
{
    int64_t stop_ms = atomic_load(&server->stop_deadline_ms);

    if (stop_ms == SERVER_NOT_STOPPING)
        return false;
    server_loop_close_listeners(server);
    server->listener_count = 0;
    server->accept_again_ms = 0;
    connection_table_close_idle(&server->connections);
    if (server->connections.count == 0)
        return true;
    if (clock_monotonic_ms() < stop_ms)
        return false;
    server->is_giving_up = true;
    connection_table_give_up(&server->connections);
    http_daemon_run(server);
    return true;
}

void server_loop_run(struct server *server)
{
    do
        turn(server);
    while (!has_stopped(server));
}
