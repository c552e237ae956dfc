/* server_stop_test.c - the end of a server */
#include <pthread.h>

#include "server_gate.h"

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

static void test_stop_begins_nothing_that_is_pipelined(void **state)
{
    struct client client = client_open(address);

    (void)state;
    for (int i = 0; i < 3; i++)
        client_get(&client, "/gate", "");
    await_arrivals(1);
    server_stop(server, deadline_in_ms(50));
    assert_int_equal(client_read(&client, false).status, 503);
    assert_true(client_is_ended_within(&client, CLIENT_WAIT_MS));
    client_close(&client);
}

static void test_stop_does_not_wait_longer_for_half_a_request(void **state)
{
    struct client client = client_open(address);

    (void)state;
    client_send(&client, "POST /hello HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                         "Content-Length: 2\r\n\r\n");
    assert_true(client_is_readable(&client, deadline_in_ms(CLIENT_WAIT_MS)));
    client_send(&client, "1");
    int64_t before_ms = clock_monotonic_ms();
    server_stop(server, deadline_in_ms(50));
    assert_in_range(clock_monotonic_ms() - before_ms, 50, 2000);
    assert_true(client_is_ended_within(&client, CLIENT_WAIT_MS));
    client_close(&client);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_stop_answers_503_at_its_deadline),
        WITH_SERVER(test_stop_begins_nothing_that_is_pipelined),
        WITH_SERVER(test_stop_does_not_wait_longer_for_half_a_request),
        WITH_SERVER(test_stop_runs_what_waits_and_ends_early),
        WITH_SERVER(test_stop_lets_what_is_under_way_end),
        WITH_SERVER(test_close_needs_no_stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
