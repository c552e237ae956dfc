/* server_wait_test.c - routes that wait */
#include <pthread.h>

#include "server_gate.h"

#define WAKE_MS 20 /* without the eventfd it is a second */

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
