/* server_test.c - routes and HTTP, as clients see them */
#include "server/server.h"

#include "http_client.h"

#define PAGE_BYTES ((size_t)100 * 1000)

static struct server *server;
static struct str address;

static void say_hello(void *context, struct request *request)
{
    request_reply_text(request, 200, context);
}

/* What the request says: "value of X-Test|name[] values|count". */
static void echo(void *context, struct request *request)
{
    struct str values[2];
    struct buf body = buf_new(10000);
    size_t count = request_arguments(request, "name[]", values, 2);

    (void)context;
    buf_add(&body, request_header(request, "x-test"));
    for (size_t i = 0; i < count && i < 2; i++) {
        buf_add_char(&body, '|');
        buf_add(&body, values[i]);
    }
    buf_printf(&body, "|%zu", count);
    request_reply(request, &(struct reply){.status = 200}, &body);
}

static void send_page(void *context, struct request *request)
{
    struct buf body = buf_new(2 * PAGE_BYTES);

    (void)context;
    while (body.n < PAGE_BYTES)
        buf_add_text(&body, "0123456789");
    request_reply(request,
                  &(struct reply){.status = 200,
                                  .content_type = "text/html",
                                  .csp = "default-src 'none'",
                                  .may_compress = true,
                                  .varies = true},
                  &body);
    if (body.n != 0) /* a route has no test to fail: it runs in the server thread */
        abort();
    buf_free(&body);
}

static void send_small_page(void *context, struct request *request)
{
    struct buf body = buf_new(1000);

    (void)context;
    while (body.n < 511)
        buf_add_char(&body, 'x');
    request_reply(request, &(struct reply){.status = 200, .may_compress = true}, &body);
}

static void send_failed_page(void *context, struct request *request)
{
    struct buf body = buf_new(4);

    (void)context;
    buf_add_text(&body, "four");
    buf_add_text(&body, " and more");
    request_reply(request, &(struct reply){.status = 200, .may_compress = true}, &body);
}

static void send_empty_page(void *context, struct request *request)
{
    struct buf body = buf_new(4);

    (void)context;
    request_reply(request, &(struct reply){.status = 200}, &body);
}

static void say_nothing(void *context, struct request *request)
{
    (void)context;
    (void)request;
}

#define NO_PAGE                                                                          \
    "not found; the pages are /hello, /again, /echo, /reload, /page, /small, /failed, "  \
    "/empty, /nothing\n"

static int open_server(void **state)
{
    static char hello[] = "hello";
    static char again[] = "again";
    static char reloaded[] = "reloaded";
    static const struct route routes[] = {
        {"/hello", "hello", METHOD_GET, 0, say_hello, hello},
        {"/again", "hello", METHOD_GET, 0, say_hello, again},
        {"/echo", "echo", METHOD_GET | METHOD_POST, 0, echo, NULL},
        {"/reload", "reload", METHOD_POST | METHOD_PUT, 0, say_hello, reloaded},
        {"/page", "page", METHOD_GET, 0, send_page, NULL},
        {"/small", "page", METHOD_GET, 0, send_small_page, NULL},
        {"/failed", "failed", METHOD_GET, 0, send_failed_page, NULL},
        {"/empty", "empty", METHOD_GET, 0, send_empty_page, NULL},
        {"/nothing", "nothing", METHOD_GET, 0, say_nothing, NULL},
    };
    struct str listen_address = STR_OF("127.0.0.1:0");
    struct server_options options = {.addresses = &listen_address, .address_count = 1};
    struct error error;

    (void)state;
    if (server_open(&options, routes, COUNT(routes), &server, &error))
        fail_msg("%s", error.text);
    address = server_address(server, 0);
    return (int)server_start(server, &error);
}

static int close_server(void **state)
{
    (void)state;
    server_close(server);
    return 0;
}

static void test_requests_get_the_answer_of_their_route(void **state)
{
    static const struct {
        const char *line;
        int status;
        const char *body;
    } cases[] = {
        {"GET /hello", 200, "hello\n"},
        {"GET /hello?x=1", 200, "hello\n"},
        {"GET /hell%6f", 200, "hello\n"},
        {"GET /again", 200, "again\n"},
        {"POST /reload", 200, "reloaded\n"},
        {"PUT /reload", 200, "reloaded\n"},
        {"GET /empty", 200, ""},
        {"GET /", 404, NO_PAGE},
        {"GET /hello/", 404, NO_PAGE},
        {"GET /hello/x", 404, NO_PAGE},
        {"GET /hell", 404, NO_PAGE},
        {"GET //hello", 404, NO_PAGE},
        {"GET /HELLO", 404, NO_PAGE},
        {"GET hello", 404, NO_PAGE},
        {"DELETE /nowhere", 404, NO_PAGE},
        {"OPTIONS *", 404, NO_PAGE},
        {"POST /hello", 405, "this method is not allowed here, only GET, HEAD\n"},
        {"FOO /hello", 405, "this method is not allowed here, only GET, HEAD\n"},
        {"get /hello", 405, "this method is not allowed here, only GET, HEAD\n"},
        {"GET /reload", 405, "this method is not allowed here, only POST, PUT\n"},
        {"GET /hello%00", 400, "a NUL byte in the address\n"},
        {"GET /hello%00x?y=1", 400, "a NUL byte in the address\n"},
        {"GET /echo?name[]=a%00b", 400, "a NUL byte in the address\n"},
        {"GET /failed", 500, "could not make the page\n"},
        {"GET /nothing", 500, "this route gave no answer\n"},
    };
    struct client client = client_open(address);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        client_send(&client, cases[i].line);
        client_send(&client, " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        struct answer answer = client_read(&client, false);
        if (answer.status != cases[i].status)
            fail_msg("%s: %d", cases[i].line, answer.status);
        check_str(answer.body, cases[i].body);
        check_str(answer_header(answer.head, "Content-Type"),
                  "text/plain; charset=utf-8");
        check_str(answer_header(answer.head, "X-Content-Type-Options"), "nosniff");
    }
    client_close(&client);
}

static void test_405_says_what_is_allowed(void **state)
{
    static const struct {
        const char *line;
        const char *allow; /* NULL: no such header */
    } cases[] = {
        {"PUT /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "GET, HEAD"},
        {"PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "GET, HEAD, POST"},
        {"GET /reload HTTP/1.1\r\nHost: x\r\n\r\n", "POST, PUT"},
        {"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n", NULL},
    };
    struct client client = client_open(address);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        client_send(&client, cases[i].line);
        struct answer answer = client_read(&client, false);
        struct str allow = answer_header(answer.head, "Allow");
        if (cases[i].allow)
            check_str(allow, cases[i].allow);
        else
            assert_null(allow.p);
    }
    client_close(&client);
}

static void test_head_is_get_without_the_body(void **state)
{
    struct client client = client_open(address);

    (void)state;
    client_send(&client, "HEAD /page HTTP/1.1\r\nHost: x\r\n\r\n");
    struct answer answer = client_read(&client, true);
    assert_int_equal(answer.status, 200);
    check_str(answer_header(answer.head, "Content-Length"), "100000");
    client_send(&client, "HEAD /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(client_read(&client, true).status, 404);
    client_get(&client, "/hello", ""); /* no byte of a body came in between */
    check_str(client_read(&client, false).body, "hello\n");
    client_close(&client);
}

static void test_headers_of_the_reply_are_sent(void **state)
{
    struct client client = client_open(address);

    (void)state;
    client_get(&client, "/page", "");
    struct answer answer = client_read(&client, false);
    assert_int_equal(answer.body.n, PAGE_BYTES);
    check_str(answer_header(answer.head, "Content-Type"), "text/html");
    check_str(answer_header(answer.head, "Content-Security-Policy"),
              "default-src 'none'");
    check_str(answer_header(answer.head, "Vary"), "Accept, Accept-Encoding");
    assert_null(answer_header(answer.head, "Content-Encoding").p);
    client_get(&client, "/small", "");
    answer = client_read(&client, false);
    check_str(answer_header(answer.head, "Vary"), "Accept-Encoding");
    client_get(&client, "/hello", "");
    answer = client_read(&client, false);
    assert_null(answer_header(answer.head, "Vary").p);
    assert_null(answer_header(answer.head, "Content-Security-Policy").p);
    client_close(&client);
}

static void test_gzip_goes_only_to_those_who_take_it(void **state)
{
    static const struct {
        const char *path;
        const char *line;
        bool is_gzip;
    } cases[] = {
        {"/page", "Accept-Encoding: gzip\r\n", true},
        {"/page", "Accept-Encoding: *\r\n", true},
        {"/page", "Accept-Encoding: gzip;q=0\r\n", false},
        {"/page", "Accept-Encoding: identity\r\n", false},
        {"/page", "", false},
        {"/small", "Accept-Encoding: gzip\r\n", false},
        {"/hello", "Accept-Encoding: gzip\r\n", false},
        {"/failed", "Accept-Encoding: gzip\r\n", false},
    };
    struct client client = client_open(address);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        client_get(&client, cases[i].path, cases[i].line);
        struct answer answer = client_read(&client, false);
        struct str encoding = answer_header(answer.head, "Content-Encoding");
        if (!cases[i].is_gzip) {
            assert_null(encoding.p);
            continue;
        }
        check_str(encoding, "gzip");
        assert_true(answer.body.n < PAGE_BYTES / 10);
        assert_memory_equal(answer.body.p, "\x1f\x8b", 2);
    }
    client_close(&client);
}

static void test_headers_and_arguments_reach_the_route(void **state)
{
    static const struct {
        const char *path;
        const char *lines;
        const char *body;
    } cases[] = {
        {"/echo", "", "|0"},
        {"/echo", "X-Test: a b \r\n", "a b|0"},
        {"/echo", "x-TEST: 1\r\nX-Other: 2\r\n", "1|0"},
        {"/echo", "X-Test:\r\n", "|0"},
        {"/echo?name[]=a", "", "|a|1"},
        {"/echo?name[]=a&x=1&name[]=b", "", "|a|b|2"},
        {"/echo?name%5B%5D=a%20b+c", "", "|a b c|1"},
        {"/echo?name[]=1&name[]=2&name[]=3", "", "|1|2|3"},
        {"/echo?name[]&name[]=", "", "|||2"},
        {"/echo?name=a&Name[]=b", "", "|0"},
        {"/echo?name[]=%C3%A9%zz", "", "|\xc3\xa9%zz|1"},
        {"/echo?&&=&", "", "|0"},
    };
    struct client client = client_open(address);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        client_get(&client, cases[i].path, cases[i].lines);
        check_str(client_read(&client, false).body, cases[i].body);
    }
    client_close(&client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_get_the_answer_of_their_route),
        cmocka_unit_test(test_405_says_what_is_allowed),
        cmocka_unit_test(test_head_is_get_without_the_body),
        cmocka_unit_test(test_headers_of_the_reply_are_sent),
        cmocka_unit_test(test_gzip_goes_only_to_those_who_take_it),
        cmocka_unit_test(test_headers_and_arguments_reach_the_route),
    };

    return cmocka_run_group_tests(tests, open_server, close_server);
}
