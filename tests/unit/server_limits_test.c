/* server_limits_test.c - slow, many and greedy clients */
#include "server/server_limits.h"

#include <sys/resource.h>
#include <time.h>

#include "http_client.h"
#include "server/server.h"

#define REQUEST_MS 500
#define ANSWER_MS 500
#define CONNECTIONS 8
#define PER_ADDRESS 4
#define LATE_MS 5000 /* on a busy machine; what is guarded against lasts for ever */
#define BIG_BYTES ((size_t)32 * 1024 * 1024)

static struct server *server;
static struct str address;

static void say_hello(void *context, struct request *request)
{
    (void)context;
    request_reply_text(request, 200, "hello");
}

static void send_big_page(void *context, struct request *request)
{
    struct buf body = buf_new(BIG_BYTES);
    char *room = buf_reserve(&body, BIG_BYTES);

    (void)context;
    if (room)
        memset(room, 'x', BIG_BYTES);
    body.n = BIG_BYTES;
    request_reply(request, &(struct reply){.status = 200}, &body);
}

static void wait_long(void *context, struct request *request)
{
    (void)context;
    if ((*request_ticket(request))++ == 0)
        request_wait(request, deadline_in_ms(REQUEST_MS + ANSWER_MS + 100));
    else
        request_reply_text(request, 200, "waited");
}

static const struct route routes[] = {
    {"/hello", "hello", METHOD_GET | METHOD_POST, 0, say_hello, NULL},
    {"/big", "big", METHOD_GET, 1, send_big_page, NULL},
    {"/wait", "wait", METHOD_GET, 0, wait_long, NULL},
};

static int open_server(void **state)
{
    static const struct server_limits limits = {REQUEST_MS, ANSWER_MS, CONNECTIONS,
                                                PER_ADDRESS};
    struct str listen_address = STR_OF("127.0.0.1:0");
    struct server_options options = {.addresses = &listen_address, .address_count = 1};
    struct error error;

    (void)state;
    if (server_open_limited(&options, routes, COUNT(routes), &limits, &server, &error))
        return -1;
    address = server_address(server, 0);
    return (int)server_start(server, &error);
}

static int close_server(void **state)
{
    (void)state;
    server_close(server);
    return 0;
}

/* Sends text, then byte after byte, as long as the server takes it. */
static int64_t drip_until_ended(const char *text, char byte)
{
    int64_t before_ms = clock_monotonic_ms();
    struct client client = client_open(address);
    struct deadline deadline = deadline_in_ms(LATE_MS);

    client_send(&client, text);
    while (!client_is_ended_within(&client, 20) && !deadline_has_passed(deadline))
        client_send_bytes(&client, (struct str){&byte, 1});
    client_close(&client);
    return clock_monotonic_ms() - before_ms;
}

static void test_a_request_must_be_complete_in_time(void **state)
{
    static const struct {
        const char *text;
        char byte;
    } cases[] = {
        {"", '\n'}, /* empty lines before a request are allowed */
        {"", 'G'},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nX: ", 'x'},
        {"POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n", 'x'},
        {"GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET", ' '}, /* behind an answer */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_in_range(drip_until_ended(cases[i].text, cases[i].byte), REQUEST_MS,
                        LATE_MS - 1);
}

static void test_silence_is_ended(void **state)
{
    int64_t before_ms = clock_monotonic_ms();
    struct client client = client_open(address);

    (void)state;
    assert_true(client_is_ended_within(&client, LATE_MS));
    assert_true(clock_monotonic_ms() - before_ms >= REQUEST_MS);
    client_close(&client);
}

static void test_the_time_starts_anew_after_an_answer(void **state)
{
    struct client client = client_open(address);

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_false(client_is_ended_within(&client, REQUEST_MS / 2));
        client_get(&client, "/hello", "");
        assert_int_equal(client_read(&client, false).status, 200);
    }
    assert_true(client_is_ended_within(&client, LATE_MS));
    client_close(&client);
}

static void test_an_answer_must_be_read_in_time(void **state)
{
    struct client client = client_open(address);
    static char bytes[1 << 16];
    size_t received = 0;

    (void)state;
    client_get(&client, "/big", "");
    assert_true(client_is_readable(&client, deadline_in_ms(LATE_MS)));
    struct deadline deadline = deadline_in_ms(2 * ANSWER_MS);
    while (!deadline_has_passed(deadline)) /* others are served meanwhile */
        assert_int_equal(client_ask(address, "/hello"), 200);
    for (ssize_t n = 1; n > 0; received += n > 0 ? (size_t)n : 0) {
        assert_true(client_is_readable(&client, deadline_in_ms(LATE_MS)));
        n = recv(client.socket, bytes, sizeof bytes, 0);
    }
    assert_in_range(received, 1, BIG_BYTES - 1);
    client_close(&client);
}

/* max_waiting of the route is 1. */
static void test_who_does_not_read_holds_no_place_of_the_route(void **state)
{
    struct client first = client_open(address);
    struct client second = client_open(address);

    (void)state;
    client_get(&first, "/big", "");
    assert_true(client_is_readable(&first, deadline_in_ms(LATE_MS)));
    client_send(&second, "HEAD /big HTTP/1.1\r\nHost: x\r\n\r\n");
    while (answer_head_bytes(client_unused(&second)) == 0)
        assert_true(client_receive(&second, deadline_in_ms(LATE_MS)));
    assert_true(str_starts_with(client_unused(&second), STR_OF("HTTP/1.1 200 ")));
    client_close(&first);
    client_close(&second);
}

static void test_one_who_reads_gets_a_big_answer(void **state)
{
    struct client client = client_open(address);
    static char bytes[1 << 16];
    size_t received = 0;

    (void)state;
    client_send(&client, "GET /big HTTP/1.0\r\n\r\n");
    for (ssize_t n = 1; n > 0; received += (size_t)n) {
        assert_true(client_is_readable(&client, deadline_in_ms(LATE_MS)));
        n = recv(client.socket, bytes, sizeof bytes, 0);
        assert_true(n >= 0);
    }
    assert_true(received > BIG_BYTES);
    client_close(&client);
}

static void test_a_wait_has_only_its_own_deadline(void **state)
{
    struct client client = client_open(address);

    (void)state;
    client_get(&client, "/wait", "");
    check_str(client_read(&client, false).body, "waited\n");
    client_close(&client);
}

static int status_from(const char *from)
{
    struct client client = client_open_from(address, from);

    client_get(&client, "/hello", "");
    int status = client_read(&client, false).status;
    client_close(&client);
    return status;
}

/* A place is free once the server has seen the end. */
static void await_place(const char *from)
{
    struct deadline deadline = deadline_in_ms(LATE_MS);

    while (status_from(from) != 200)
        assert_false(deadline_has_passed(deadline));
}

static void test_one_address_has_its_share(void **state)
{
    struct client clients[PER_ADDRESS];

    (void)state;
    for (size_t i = 0; i < COUNT(clients); i++) {
        clients[i] = client_open(address);
        client_get(&clients[i], "/wait", "");
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(status_from("127.0.0.1"), 0);
        assert_int_equal(status_from("127.0.0.2"), 200);
    }
    for (size_t i = 0; i < COUNT(clients); i++) {
        assert_int_equal(client_read(&clients[i], false).status, 200);
        client_close(&clients[i]);
    }
    await_place("127.0.0.1");
}

static void test_all_addresses_together_have_a_limit(void **state)
{
    struct client clients[CONNECTIONS];

    (void)state;
    for (size_t i = 0; i < COUNT(clients); i++) {
        clients[i] = client_open_from(address, i % 2 ? "127.0.0.3" : "127.0.0.4");
        client_get(&clients[i], "/wait", "");
    }
    assert_int_equal(status_from("127.0.0.1"), 0);
    for (size_t i = 0; i < COUNT(clients); i++) {
        assert_int_equal(client_read(&clients[i], false).status, 200);
        client_close(&clients[i]);
    }
    await_place("127.0.0.1");
}

static void test_a_flood_of_connections_leaves_others_served(void **state)
{
    struct client flood[16];

    (void)state;
    for (int round = 0; round < 100; round++) {
        for (size_t i = 0; i < COUNT(flood); i++) {
            flood[i] = client_open(address);
            client_send(&flood[i], "GET /hello HT");
        }
        assert_int_equal(status_from("127.0.0.2"), 200);
        for (size_t i = 0; i < COUNT(flood); i++)
            client_close(&flood[i]);
    }
}

static double cpu_seconds(void)
{
    struct timespec used;

    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), 0);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* The client's socket is the lowest free descriptor, and the last one allowed. */
static void test_without_descriptors_clients_wait_for_their_turn(void **state)
{
    struct sockaddr_storage target;
    socklen_t bytes = client_target(address, &target);
    struct client client = {.bytes = malloc(CLIENT_BYTES_MAX)};
    struct rlimit before;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    client.socket = socket(AF_INET, SOCK_STREAM, 0);
    struct rlimit none = {(rlim_t)client.socket + 1, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(connect(client.socket, (struct sockaddr *)&target, bytes), 0);
    client_get(&client, "/hello", "");
    double cpu_before = cpu_seconds();
    assert_false(client_is_readable(&client, deadline_in_ms(250)));
    assert_true(cpu_seconds() - cpu_before < 0.1); /* nobody spins meanwhile */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(client_read(&client, false).status, 200);
    client_close(&client);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, open_server, close_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_a_request_must_be_complete_in_time),
        WITH_SERVER(test_silence_is_ended),
        WITH_SERVER(test_the_time_starts_anew_after_an_answer),
        WITH_SERVER(test_an_answer_must_be_read_in_time),
        WITH_SERVER(test_who_does_not_read_holds_no_place_of_the_route),
        WITH_SERVER(test_one_who_reads_gets_a_big_answer),
        WITH_SERVER(test_a_wait_has_only_its_own_deadline),
        WITH_SERVER(test_one_address_has_its_share),
        WITH_SERVER(test_all_addresses_together_have_a_limit),
        WITH_SERVER(test_a_flood_of_connections_leaves_others_served),
        WITH_SERVER(test_without_descriptors_clients_wait_for_their_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
