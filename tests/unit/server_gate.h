/* server_gate.h - a server for tests, with routes that wait. */
#ifndef TESTS_SERVER_GATE_H
#define TESTS_SERVER_GATE_H

#include <semaphore.h>
#include <stdatomic.h>

#include "http_client.h"
#include "server/server.h"

/* A route that waits until the gate is open, or its time is over. */
struct gate {
    atomic_bool is_open;
    _Atomic int64_t wait_ms;
    int arrivals[2]; /* a pipe: a byte for each request that begins to wait */
    sem_t release;   /* ends a hanging route */
};

static struct gate gate;
static struct server *server;
static struct str address;

static inline void wait_at_gate(void *context, struct request *request)
{
    bool is_first = (*request_ticket(request))++ == 0;
    struct deadline deadline = {request_started_ms(request) + gate.wait_ms};

    (void)context;
    if (gate.is_open) {
        request_reply_text(request, 200, "open");
        return;
    }
    if (deadline_has_passed(deadline)) {
        request_reply_text(request, 200, "late");
        return;
    }
    request_wait(request, deadline);
    if (is_first && write(gate.arrivals[1], "x", 1) != 1)
        abort();
}

static inline void say_hello(void *context, struct request *request)
{
    (void)context;
    request_reply_text(request, 200, "hello");
}

/* A route that breaks the rule, and holds the thread up. */
static inline void hang(void *context, struct request *request)
{
    (void)context;
    if (write(gate.arrivals[1], "x", 1) != 1)
        abort();
    while (sem_wait(&gate.release) != 0)
        continue;
    request_reply_text(request, 200, "at last");
}

/* Says how often it ran. */
static inline void count_runs(void *context, struct request *request)
{
    char text[2] = {(char)('0' + ++*request_ticket(request)), '\0'};

    (void)context;
    if (text[0] == '1')
        request_wait(request, deadline_in_ms(CLIENT_WAIT_MS));
    else
        request_reply_text(request, 200, text);
}

static const struct route routes[] = {
    {"/gate", "gate", METHOD_GET, 0, wait_at_gate, NULL},
    {"/crowd", "crowd", METHOD_GET, 2, wait_at_gate, NULL},
    {"/hang", "hang", METHOD_GET, 0, hang, NULL},
    {"/hello", "hello", METHOD_GET, 1, say_hello, NULL},
    {"/runs", "runs", METHOD_GET, 0, count_runs, NULL},
};

static inline int open_server(void **state)
{
    struct str listen_address = STR_OF("127.0.0.1:0");
    struct server_options options = {.addresses = &listen_address, .address_count = 1};
    struct error error;

    (void)state;
    gate.is_open = false;
    gate.wait_ms = CLIENT_WAIT_MS;
    if (pipe(gate.arrivals) != 0 || sem_init(&gate.release, 0, 0) != 0 ||
        server_open(&options, routes, COUNT(routes), &server, &error))
        return -1;
    address = server_address(server, 0);
    return (int)server_start(server, &error);
}

static inline int close_server(void **state)
{
    (void)state;
    server_close(server);
    (void)close(gate.arrivals[0]);
    (void)close(gate.arrivals[1]);
    (void)sem_destroy(&gate.release);
    return 0;
}

static inline void await_arrivals(size_t count)
{
    struct pollfd one = {.fd = gate.arrivals[0], .events = POLLIN};
    char byte;

    for (size_t i = 0; i < count; i++) {
        assert_int_equal(poll(&one, 1, CLIENT_WAIT_MS), 1);
        assert_int_equal(read(gate.arrivals[0], &byte, 1), 1);
    }
}

static inline void open_gate(void)
{
    gate.is_open = true;
    server_wake(server);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, open_server, close_server)

#endif
