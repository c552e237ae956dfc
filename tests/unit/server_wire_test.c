/* server_wire_test.c - requests cut, joined, oversized and broken */
#include <netinet/tcp.h>
#include <stdio.h>

#include "http_client.h"
#include "server/server.h"

#define PAGE_BYTES ((size_t)100 * 1000)

static struct server *server;
static struct str address;

static void say_hello(void *context, struct request *request)
{
    request_reply_text(request, 200, context);
}

static void send_page(void *context, struct request *request)
{
    struct buf body = buf_new(2 * PAGE_BYTES);

    (void)context;
    while (body.n < PAGE_BYTES)
        buf_add_text(&body, "0123456789");
    request_reply(request, &(struct reply){.status = 200}, &body);
}

static int open_server(void **state)
{
    static char hello[] = "hello";
    static char again[] = "again";
    static char reloaded[] = "reloaded";
    static const struct route routes[] = {
        {"/hello", "hello", METHOD_GET, 0, say_hello, hello},
        {"/again", "again", METHOD_GET, 0, say_hello, again},
        {"/reload", "reload", METHOD_POST, 0, say_hello, reloaded},
        {"/page", "page", METHOD_GET, 0, send_page, NULL},
    };
    struct str listen_address = STR_OF("127.0.0.1:0");
    struct server_options options = {.addresses = &listen_address, .address_count = 1};
    struct error error;

    (void)state;
    if (server_open(&options, routes, COUNT(routes), &server, &error))
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

static void test_requests_may_be_pipelined_and_cut_anywhere(void **state)
{
    static const char requests[] =
        "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
        "POST /reload HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345"
        "POST /reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n0\r\n\r\n"
        "GET /again HTTP/1.1\r\nHost: x\r\n\r\n";
    static const char *const bodies[] = {"hello\n", "reloaded\n", "reloaded\n",
                                         "again\n"};
    struct str all = str_from(requests);

    (void)state;
    for (size_t piece = 1; piece <= all.n; piece = piece < 8 ? piece + 3 : piece * 3) {
        struct client client = client_open(address);
        for (struct str rest = all; rest.n;) {
            size_t n = rest.n < piece ? rest.n : piece;
            client_send_bytes(&client, (struct str){rest.p, n});
            rest = str_skip(rest, n);
        }
        for (size_t i = 0; i < 4; i++)
            check_str(client_read(&client, false).body, bodies[i]);
        client_close(&client);
    }
}

static void test_a_body_is_swallowed_up_to_its_bound(void **state)
{
    static const struct {
        const char *line;
        size_t bytes;
        int status; /* 0: the connection is ended */
    } cases[] = {
        {"POST /reload", 1, 200},           {"POST /reload", 64 * 1024, 200},
        {"POST /reload", 64 * 1024 + 1, 0}, {"POST /hello", 100, 405},
        {"FOO /hello", 20000, 405},         {"GET /hello", 100, 200},
        {"POST /hello", 1000000, 0},
    };
    static char body[1000000];

    (void)state;
    memset(body, 'b', sizeof body);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct client client = client_open(address);
        char head[200];
        (void)snprintf(head, sizeof head,
                       "%s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
                       cases[i].line, cases[i].bytes);
        client_send(&client, head);
        client_send_bytes(&client, (struct str){body, cases[i].bytes});
        assert_int_equal(client_read(&client, false).status, cases[i].status);
        client_close(&client);
    }
}

static void test_100_continue_is_answered(void **state)
{
    struct client client = client_open(address);

    (void)state;
    client_send(&client, "POST /reload HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                         "Expect: 100-continue\r\n\r\n");
    while (answer_head_bytes(client_unused(&client)) == 0)
        assert_true(client_receive(&client, deadline_in_ms(CLIENT_WAIT_MS)));
    assert_true(str_starts_with(client_unused(&client), STR_OF("HTTP/1.1 100 ")));
    client.used = client.n;
    client_send(&client, "ab");
    assert_int_equal(client_read(&client, false).status, 200);
    client_close(&client);
}

static void test_hostile_requests_end_their_connection_only(void **state)
{
    static char huge[40000];
    static const struct {
        const char *head;
        size_t filler; /* that many 'a' */
        const char *tail;
        int status; /* 0: ended without an answer */
    } cases[] = {
        {"GET /", sizeof huge, " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nX-Filler: ", sizeof huge, "\r\n\r\n", 431},
        {"GET /hello HTTP/1.1\r\n\r\n", 0, "", 400},
        {"GET /hello HTTP/1.1\r\nHost : x\r\n\r\n", 0, "", 400},
        {"GET /hello HTTP/1.1\r\nno header\r\n\r\n", 0, "", 400},
        {"GET /hello HTTP/7.3\r\nHost: x\r\n\r\n", 0, "", 505},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 0, "", 400},
        {"GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: "
         "9999999999999999999999\r\n\r\n",
         0, "", 413},
        {"\x16\x03\x01\x02\x01\r\n\r\n", 0, "", 0},
    };

    (void)state;
    memset(huge, 'a', sizeof huge);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct client client = client_open(address);
        client_send(&client, cases[i].head);
        client_send_bytes(&client, (struct str){huge, cases[i].filler});
        client_send(&client, cases[i].tail);
        int status = client_read(&client, false).status;
        if (status != cases[i].status)
            fail_msg("case %zu: %d instead of %d", i, status, cases[i].status);
        assert_true(client_is_ended_within(&client, CLIENT_WAIT_MS));
        client_close(&client);
    }
    assert_int_equal(client_ask(address, "/hello"), 200);
}

/* The library cuts the path at a raw NUL: what is left is compared as any path. */
static void test_a_raw_nul_is_survived(void **state)
{
    static const char request[] = "GET /hell\0o HTTP/1.1\r\nHost: x\r\n\r\n";
    struct client client = client_open(address);

    (void)state;
    client_send_bytes(&client, (struct str){request, sizeof request - 1});
    assert_int_equal(client_read(&client, false).status, 404);
    client_close(&client);
}

static void test_old_clients_are_served_and_left(void **state)
{
    struct client client = client_open(address);

    (void)state;
    client_send(&client, "GET /hello HTTP/1.0\r\n\r\n");
    check_str(client_read(&client, false).body, "hello\n");
    assert_true(client_is_ended_within(&client, CLIENT_WAIT_MS));
    client_close(&client);
}

/* Sends text and the end of our side in one packet. */
static void send_last(struct client *client, const char *text)
{
    int on = 1;

    assert_int_equal(setsockopt(client->socket, IPPROTO_TCP, TCP_CORK, &on, sizeof on),
                     0);
    client_send(client, text);
    assert_int_equal(shutdown(client->socket, SHUT_WR), 0);
}

/* libmicrohttpd overlooks an end that comes with the last bytes (its bug 7192). */
static void test_a_client_that_sends_no_more_gets_its_answer_and_the_end(void **state)
{
    static const struct {
        const char *text;
        int answers;
    } cases[] = {
        {"GET /page HTTP/1.1\r\nHost: x\r\n\r\n", 1},
        {"GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /page HTTP/1.1\r\nHost: x\r\n\r\n",
         2},
        {"GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /pa", 1},
        {"GET /hello HT", 0},
        {"POST /reload HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n123", 0},
        {"", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct client client = client_open(address);
        send_last(&client, cases[i].text);
        for (int j = 0; j < cases[i].answers; j++)
            assert_int_equal(client_read(&client, false).status, 200);
        assert_true(client_is_ended_within(&client, SERVER_REQUEST_MS / 2));
        client_close(&client);
    }
}

/* More than the server reads at once: the first answer is out before the second request
 * is read. */
static void test_an_end_behind_much_cuts_nothing_off(void **state)
{
    struct client client = client_open(address);
    struct buf requests = buf_new(50000);

    (void)state;
    for (int i = 0; i < 4; i++)
        buf_printf(&requests, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Long: %06000d\r\n\r\n",
                   i);
    buf_add_char(&requests, '\0');
    assert_false(requests.failed);
    send_last(&client, requests.p);
    for (int i = 0; i < 4; i++)
        assert_int_equal(client_read(&client, false).status, 200);
    assert_true(client_is_ended_within(&client, SERVER_REQUEST_MS / 2));
    client_close(&client);
    buf_free(&requests);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_may_be_pipelined_and_cut_anywhere),
        cmocka_unit_test(test_a_body_is_swallowed_up_to_its_bound),
        cmocka_unit_test(test_100_continue_is_answered),
        cmocka_unit_test(test_hostile_requests_end_their_connection_only),
        cmocka_unit_test(test_a_raw_nul_is_survived),
        cmocka_unit_test(test_old_clients_are_served_and_left),
        cmocka_unit_test(test_a_client_that_sends_no_more_gets_its_answer_and_the_end),
        cmocka_unit_test(test_an_end_behind_much_cuts_nothing_off),
    };

    return cmocka_run_group_tests(tests, open_server, close_server);
}
