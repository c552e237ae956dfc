/* server_wait_test.c - routes that wait, and the end of a server */
#include "server/server.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "http_client.h"

#define WAKE_MS 20 /* without the eventfd it is a second */

/* A route that waits until the gate is open, or its time is over. */
struct gate {
    atomic_bool is_open;
    _Atomic int64_t wait_ms;
    int arrivals[2]; /* a pipe: a byte for each request that begins to wait */
};

static struct gate gate;
static struct server *server;
static struct str address;

static void wait_at_gate(void *context, struct request *request)
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

static void say_hello(void *context, struct request *request)
{
    (void)context;
    request_reply_text(request, 200, "hello");
}

/* Says how often it ran. */
static void count_runs(void *context, struct request *request)
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
    {"/hello", "hello", METHOD_GET, 1, say_hello, NULL},
    {"/runs", "runs", METHOD_GET, 0, count_runs, NULL},
};

static int open_server(void **state)
{
    struct str listen_address = STR_OF("127.0.0.1:0");
    struct server_options options = {.addresses = &listen_address, .address_count = 1};
    struct error error;

    (void)state;
    gate.is_open = false;
    gate.wait_ms = CLIENT_WAIT_MS;
    if (pipe(gate.arrivals) != 0 ||
        server_open(&options, routes, COUNT(routes), &server, &error))
        return -1;
    address = server_address(server, 0);
    return (int)server_start(server, &error);
}

static int close_server(void **state)
{
    (void)state;
    server_close(server);
    (void)close(gate.arrivals[0]);
    (void)close(gate.arrivals[1]);
    return 0;
}

static void await_arrivals(size_t count)
{
    struct pollfd one = {.fd = gate.arrivals[0], .events = POLLIN};
    char byte;

    for (size_t i = 0; i < count; i++) {
        assert_int_equal(poll(&one, 1, CLIENT_WAIT_MS), 1);
        assert_int_equal(read(gate.arrivals[0], &byte, 1), 1);
    }
}

static void open_gate(void)
{
    gate.is_open = true;
    server_wake(server);
}

/* The best of some, for the machine may be busy; what this guards against is a second. */
static void test_a_wake_is_heard_at_once(void **state)
{
    struct client client = client_open(address);
    int64_t best_ms = INT64_MAX;

    (void)state;
    for (int i = 0; i < 5; i++) {
        gate.is_open = false;
        client_get(&client, "/gate", "");
        await_arrivals(1);
        int64_t before_ms = clock_monotonic_ms();
        open_gate();
        check_str(client_read(&client, false).body, "open\n");
        int64_t took_ms = clock_monotonic_ms() - before_ms;
        best_ms = took_ms < best_ms ? took_ms : best_ms;
    }
    assert_true(best_ms < WAKE_MS);
    client_close(&client);
}

static void test_a_deadline_runs_the_route_again(void **state)
{
    static const int64_t waits_ms[] = {1, 20, 70};
    struct client client = client_open(address);

    (void)state;
    for (size_t i = 0; i < COUNT(waits_ms); i++) {
        int64_t before_ms = clock_monotonic_ms();
        gate.wait_ms = waits_ms[i];
        client_get(&client, "/gate", "");
        check_str(client_read(&client, false).body, "late\n");
        int64_t took_ms = clock_monotonic_ms() - before_ms;
        assert_in_range(took_ms, waits_ms[i], waits_ms[i] + 500);
    }
    client_close(&client);
}

static void test_a_wake_without_news_keeps_it_waiting(void **state)
{
    struct client client = client_open(address);

    (void)state;
    gate.wait_ms = 50;
    client_get(&client, "/gate", "");
    await_arrivals(1);
    while (!client_is_readable(&client, deadline_in_ms(1)))
        server_wake(server);
    check_str(client_read(&client, false).body, "late\n");
    client_close(&client);
}

static void test_a_deadline_in_the_past_is_no_trouble(void **state)
{
    struct client client = client_open(address);

    (void)state;
    gate.wait_ms = -5;
    client_get(&client, "/gate", "");
    check_str(client_read(&client, false).body, "late\n");
    client_close(&client);
}

static void test_many_wait_while_others_are_served(void **state)
{
    struct client clients[64];
    struct client other = client_open_from(address, "127.0.0.2");

    (void)state;
    for (size_t i = 0; i < COUNT(clients); i++) {
        clients[i] = client_open(address);
        client_get(&clients[i], "/gate", "");
    }
    await_arrivals(COUNT(clients));
    for (int i = 0; i < 10; i++) {
        client_get(&other, "/hello", "");
        check_str(client_read(&other, false).body, "hello\n");
    }
    open_gate();
    for (size_t i = 0; i < COUNT(clients); i++) {
        check_str(client_read(&clients[i], false).body, "open\n");
        client_close(&clients[i]);
    }
    client_close(&other);
}

static void test_those_who_leave_while_waiting_harm_nobody(void **state)
{
    struct client clients[32];
    struct client patient = client_open_from(address, "127.0.0.2");

    (void)state;
    client_get(&patient, "/gate", "");
    for (size_t i = 0; i < COUNT(clients); i++) {
        clients[i] = client_open(address);
        client_get(&clients[i], "/gate", "");
    }
    await_arrivals(COUNT(clients) + 1);
    for (size_t i = 0; i < COUNT(clients); i++) {
        struct linger reset = {.l_onoff = i % 2, .l_linger = 0}; /* RST, FIN by turns */
        assert_int_equal(
            setsockopt(clients[i].socket, SOL_SOCKET, SO_LINGER, &reset, sizeof reset),
            0);
        client_close(&clients[i]);
    }
    open_gate();
    check_str(client_read(&patient, false).body, "open\n");
    client_get(&patient, "/hello", "");
    check_str(client_read(&patient, false).body, "hello\n");
    client_close(&patient);
}

static void test_what_is_pipelined_behind_a_wait_comes_after_it(void **state)
{
    struct client client = client_open(address);

    (void)state;
    client_get(&client, "/gate", "");
    client_get(&client, "/hello", "");
    await_arrivals(1);
    open_gate();
    check_str(client_read(&client, false).body, "open\n");
    check_str(client_read(&client, false).body, "hello\n");
    client_close(&client);
}

static void test_beyond_max_waiting_is_503(void **state)
{
    struct client first = client_open(address);
    struct client second = client_open(address);
    struct client third = client_open(address);

    (void)state;
    client_get(&first, "/crowd", "");
    client_get(&second, "/crowd", "");
    await_arrivals(2);
    for (int i = 0; i < 2; i++) {
        client_get(&third, "/crowd", "");
        struct answer answer = client_read(&third, false);
        assert_int_equal(answer.status, 503);
        check_str(answer.body,
                  "Limit of concurrent requests reached (2), try again later.\n");
    }
    open_gate();
    check_str(client_read(&first, false).body, "open\n");
    check_str(client_read(&second, false).body, "open\n");
    for (int i = 0; i < 5; i++) {
        client_get(&third, "/crowd", "");
        assert_int_equal(client_read(&third, false).status, 200);
    }
    client_close(&first);
    client_close(&second);
    client_close(&third);
}

static void add_line(void *context, const char *name, int status, uint64_t count)
{
    buf_printf(context, "%s %d %d\n", name, status, (int)count);
}

static void test_answers_are_counted(void **state)
{
    struct buf lines = buf_new(1000);

    (void)state;
    gate.is_open = true;
    (void)client_ask(address, "/nowhere");
    (void)client_ask(address, "/hello");
    (void)client_ask(address, "/crowd");
    (void)client_ask(address, "/hello");
    (void)client_ask(address, "/hello%00");
    server_count_requests(server, add_line, &lines);
    check_str(buf_str(&lines), "crowd 200 1\nhello 200 2\nother 400 1\nother 404 1\n");
    buf_free(&lines);
}

static void *wake_and_count(void *is_over)
{
    struct buf lines = buf_new(1000);

    while (!*(atomic_bool *)is_over) {
        server_wake(server);
        server_count_requests(server, add_line, &lines);
        buf_clear(&lines);
    }
    buf_free(&lines);
    return NULL;
}

static void test_other_threads_may_wake_and_count(void **state)
{
    struct client client = client_open(address);
    atomic_bool is_over = false;
    pthread_t threads[2];

    (void)state;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wake_and_count, &is_over), 0);
    for (int i = 0; i < 50; i++) {
        client_get(&client, "/runs", "");
        check_str(client_read(&client, false).body, "2\n");
    }
    is_over = true;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    client_close(&client);
}

static void test_stop_answers_503_at_its_deadline(void **state)
{
    struct client waiting = client_open(address);
    struct client idle = client_open(address);

    (void)state;
    client_get(&idle, "/hello", "");
    assert_int_equal(client_read(&idle, false).status, 200);
    client_get(&waiting, "/crowd", "");
    await_arrivals(1);
    int64_t before_ms = clock_monotonic_ms();
    server_stop(server, deadline_in_ms(100));
    assert_in_range(clock_monotonic_ms() - before_ms, 100, 2000);
    struct answer answer = client_read(&waiting, false);
    assert_int_equal(answer.status, 503);
    check_str(answer.body, "this server is stopping\n");
    assert_true(client_is_ended_within(&waiting, CLIENT_WAIT_MS));
    assert_true(client_is_ended_within(&idle, CLIENT_WAIT_MS));
    client_close(&waiting);
    client_close(&idle);
}

static void test_stop_runs_what_waits_and_ends_early(void **state)
{
    struct client client = client_open(address);
    struct client gate_client = client_open(address);
    struct sockaddr_storage target;
    socklen_t bytes = client_target(address, &target);

    (void)state;
    client_get(&client, "/runs", "");
    client_get(&gate_client, "/gate", "");
    await_arrivals(1);
    gate.is_open = true; /* and nobody wakes */
    int64_t before_ms = clock_monotonic_ms();
    server_stop(server, deadline_in_ms(CLIENT_WAIT_MS));
    assert_true(clock_monotonic_ms() - before_ms < CLIENT_WAIT_MS / 2);
    check_str(client_read(&client, false).body, "2\n");
    check_str(client_read(&gate_client, false).body, "open\n");
    client_close(&client);
    client_close(&gate_client);

    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&target, bytes), -1);
    assert_int_equal(errno, ECONNREFUSED);
    (void)close(fd);
    server_stop(server, deadline_in_ms(0));
}

static void *stop(void *unused)
{
    (void)unused;
    server_stop(server, deadline_in_ms(CLIENT_WAIT_MS));
    return NULL;
}

static void test_stop_lets_what_is_under_way_end(void **state)
{
    struct client waiting = client_open(address);
    struct client idle = client_open(address);
    pthread_t thread;

    (void)state;
    client_get(&idle, "/hello", "");
    assert_int_equal(client_read(&idle, false).status, 200);
    client_get(&waiting, "/gate", "");
    await_arrivals(1);
    assert_int_equal(pthread_create(&thread, NULL, stop, NULL), 0);
    assert_true(client_is_ended_within(&idle, CLIENT_WAIT_MS)); /* it is stopping now */
    open_gate();
    check_str(client_read(&waiting, false).body, "open\n");
    assert_int_equal(pthread_join(thread, NULL), 0);
    client_close(&waiting);
    client_close(&idle);
}

static void test_close_needs_no_stop(void **state)
{
    struct client client = client_open(address);

    (void)state;
    client_get(&client, "/gate", "");
    await_arrivals(1);
    server_close(server);
    server = NULL;
    assert_int_equal(client_read(&client, false).status, 503);
    client_close(&client);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, open_server, close_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_a_wake_is_heard_at_once),
        WITH_SERVER(test_a_deadline_runs_the_route_again),
        WITH_SERVER(test_a_wake_without_news_keeps_it_waiting),
        WITH_SERVER(test_a_deadline_in_the_past_is_no_trouble),
        WITH_SERVER(test_many_wait_while_others_are_served),
        WITH_SERVER(test_those_who_leave_while_waiting_harm_nobody),
        WITH_SERVER(test_what_is_pipelined_behind_a_wait_comes_after_it),
        WITH_SERVER(test_beyond_max_waiting_is_503),
        WITH_SERVER(test_answers_are_counted),
        WITH_SERVER(test_other_threads_may_wake_and_count),
        WITH_SERVER(test_stop_answers_503_at_its_deadline),
        WITH_SERVER(test_stop_runs_what_waits_and_ends_early),
        WITH_SERVER(test_stop_lets_what_is_under_way_end),
        WITH_SERVER(test_close_needs_no_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
