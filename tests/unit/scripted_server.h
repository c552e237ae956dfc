/* scripted_server.h - a station for the tests of source/: like the real API server it
 * works on one request at a time and goes on with it when its client has left. */
#ifndef TESTS_SCRIPTED_SERVER_H
#define TESTS_SCRIPTED_SERVER_H

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "check.h"

#define SERVER_BACKLOG 5
#define SERVER_TURN_MS 2
#define SERVER_REQUEST_BYTES 4096
#define SERVER_ASKED_MAX 64

enum server_end { END_CLOSE, END_RESET, END_NEVER };

struct scripted_answer {
    const char *target; /* a part of the request line */
    int delay_ms;
    struct str bytes;
    size_t filler;       /* so many blanks behind them */
    enum server_end end; /* END_NEVER: then silence until the client leaves */
};

struct scripted_server {
    int listener;
    uint16_t port;
    pthread_t thread;
    atomic_bool is_stopping;
    atomic_int overlaps; /* connections that came while a request was worked on */

    pthread_mutex_t script_lock; /* guards what follows */
    const struct scripted_answer *answers;
    size_t answer_count;
    const char *asked[SERVER_ASKED_MAX]; /* targets, in order */
    size_t asked_count;
};

static inline bool server_is_readable(int socket, int wait_ms)
{
    struct pollfd entry = {.fd = socket, .events = POLLIN};

    return poll(&entry, 1, wait_ms) > 0;
}

static inline void server_write(int client, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = send(client, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        bytes = str_skip(bytes, (size_t)n);
    }
}

static inline void server_write_filler(int client, size_t n)
{
    static const char blanks[4096] = {' '};

    for (; n >= sizeof blanks; n -= sizeof blanks)
        server_write(client, (struct str){blanks, sizeof blanks});
    server_write(client, (struct str){blanks, n});
}

/* Reads up to the blank line; false if the client leaves before. */
static inline bool server_read_request(struct scripted_server *server, int client,
                                       struct str *out_request, char *bytes)
{
    size_t used = 0;

    while (!atomic_load(&server->is_stopping) && used < SERVER_REQUEST_BYTES) {
        if (!server_is_readable(client, SERVER_TURN_MS))
            continue;
        ssize_t n = recv(client, bytes + used, SERVER_REQUEST_BYTES - used, 0);
        if (n <= 0)
            return false;
        used += (size_t)n;
        *out_request = (struct str){bytes, used};
        if (str_ends_with(*out_request, STR_OF("\r\n\r\n")))
            return true;
    }
    return false;
}

static inline struct scripted_answer server_answer(struct scripted_server *server,
                                                   struct str request)
{
    struct scripted_answer answer = {
        .target = "unknown",
        .bytes = STR("HTTP/1.0 404 Not Found\r\n\r\n{\"success\": false}"),
    };

    (void)pthread_mutex_lock(&server->script_lock);
    struct str line = str_cut(&request, '\r');
    for (size_t i = 0; i < server->answer_count; i++)
        if (str_contains(line, str_from(server->answers[i].target)))
            answer = server->answers[i];
    if (server->asked_count < SERVER_ASKED_MAX)
        server->asked[server->asked_count++] = answer.target;
    (void)pthread_mutex_unlock(&server->script_lock);
    return answer;
}

/* Works until the answer is due; a silent server until its client leaves. */
static inline void server_work(struct scripted_server *server, int client,
                               const struct scripted_answer *answer)
{
    const struct deadline until = deadline_in_ms(answer->delay_ms);
    bool is_silent = answer->end == END_NEVER;
    bool is_overlap_seen = false;

    while (!atomic_load(&server->is_stopping)) {
        bool is_there = server_is_readable(server->listener, SERVER_TURN_MS);
        if (is_silent ? server_is_readable(client, 0) : deadline_has_passed(until))
            return;
        if (is_there && !is_overlap_seen)
            atomic_fetch_add(&server->overlaps, 1);
        is_overlap_seen |= is_there;
    }
}

static inline void server_serve(struct scripted_server *server, int client)
{
    char bytes[SERVER_REQUEST_BYTES];
    struct str request;

    if (!server_read_request(server, client, &request, bytes))
        return;
    const struct scripted_answer answer = server_answer(server, request);
    if (answer.end != END_NEVER)
        server_work(server, client, &answer);
    server_write(client, answer.bytes);
    server_write_filler(client, answer.filler);
    if (answer.end == END_NEVER)
        server_work(server, client, &answer);
    if (answer.end == END_RESET) {
        const struct linger hard = {.l_onoff = 1};
        (void)setsockopt(client, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
}

static inline void *server_run(void *context)
{
    struct scripted_server *server = context;

    while (!atomic_load(&server->is_stopping)) {
        if (!server_is_readable(server->listener, SERVER_TURN_MS))
            continue;
        int client = accept(server->listener, NULL, NULL);
        if (client < 0)
            continue;
        server_serve(server, client);
        (void)close(client);
    }
    return NULL;
}

/* A listening socket on a free port of loopback. */
static inline int server_listen(int backlog, uint16_t *out_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t n = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, backlog), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &n), 0);
    *out_port = ntohs(address.sin_port);
    return listener;
}

static inline void server_script(struct scripted_server *server,
                                 const struct scripted_answer *answers, size_t count)
{
    (void)pthread_mutex_lock(&server->script_lock);
    server->answers = answers;
    server->answer_count = count;
    server->asked_count = 0;
    (void)pthread_mutex_unlock(&server->script_lock);
}

static inline size_t server_asked_count(struct scripted_server *server)
{
    (void)pthread_mutex_lock(&server->script_lock);
    size_t count = server->asked_count;
    (void)pthread_mutex_unlock(&server->script_lock);
    return count;
}

static inline void server_start(struct scripted_server *server)
{
    *server = (struct scripted_server){0};
    (void)pthread_mutex_init(&server->script_lock, NULL);
    server->listener = server_listen(SERVER_BACKLOG, &server->port);
    assert_int_equal(pthread_create(&server->thread, NULL, server_run, server), 0);
}

static inline void server_stop(struct scripted_server *server)
{
    atomic_store(&server->is_stopping, true);
    (void)pthread_join(server->thread, NULL);
    (void)close(server->listener);
    (void)pthread_mutex_destroy(&server->script_lock);
}

#endif
