/* server_admission_test.c - who is let in: the configuration, the rate, the password. */
#include "web_server.h"

/* A hash that takes many seconds. */
#define ENDLESS "$2b$20$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"

/* Status of one request, with further header lines. */
static int ask(const char *path, const char *lines)
{
    struct client client = client_open(address);

    client_get(&client, path, lines);
    int status = client_read(&client, false).status;
    client_close(&client);
    return status;
}

static int post(const char *path, const char *lines)
{
    struct client client = client_open(address);

    client_send(&client, "POST ");
    client_send(&client, path);
    client_send(&client, " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n");
    client_send(&client, lines);
    client_send(&client, "\r\nabc");
    int status = client_read(&client, false).status;
    client_close(&client);
    return status;
}

static void test_only_who_knows_the_password_comes_in(void **state)
{
    static const char *const strangers[] = {
        "",
        "Authorization: Basic YTp3cm9uZw==\r\n",     /* a:wrong */
        "Authorization: Basic YjpzZWNyZXQ=\r\n",     /* b:secret */
        "Authorization: Basic OnNlY3JldA==\r\n",     /* :secret */
        "Authorization: Basic YTpzZWNyZXQAeA==\r\n", /* a:secret, NUL, x */
        "Authorization: Bearer YTpzZWNyZXQ=\r\n",
    };
    static const char *const paths[] = {"/hello", "/wait", "/nothing", "/mend", "/%00"};

    (void)state;
    start_web_server(USER_A, NULL);
    for (size_t i = 0; i < COUNT(strangers); i++)
        for (size_t j = 0; j < COUNT(paths); j++)
            if (ask(paths[j], strangers[i]) != 401)
                fail_msg("%s: %s", paths[j], strangers[i]);
    assert_int_equal(ask("/hello", LOGIN), 200);
    assert_int_equal(ask("/wait", LOGIN), 200);
    assert_int_equal(ask("/nothing", LOGIN), 404);
    assert_int_equal(ask("/mend", LOGIN), 405);
    assert_int_equal(post("/hello", LOGIN), 200);
    assert_int_equal(post("/hello", ""), 401);
}

static void test_a_connection_is_asked_at_each_request(void **state)
{
    (void)state;
    start_web_server(USER_A, NULL);
    struct client client = client_open(address);
    client_get(&client, "/hello", LOGIN);
    assert_int_equal(client_read(&client, false).status, 200);
    client_get(&client, "/hello", "");
    struct answer answer = client_read(&client, false);
    assert_int_equal(answer.status, 401);
    check_str(answer_header(answer.head, "WWW-Authenticate"), "Basic");
    client_get(&client, "/hello", LOGIN);
    assert_int_equal(client_read(&client, false).status, 200);
    client_close(&client);
}

static void count(void *context, const char *name, int status, uint64_t number)
{
    uint64_t *counts = context;

    if (strcmp(name, "hello") == 0 && status == 401)
        counts[0] = number;
    if (strcmp(name, "other") == 0 && status == 401)
        counts[1] = number;
}

static void test_refusals_are_counted_with_what_was_asked_for(void **state)
{
    uint64_t counts[2] = {0};

    (void)state;
    start_web_server(USER_A, NULL);
    assert_int_equal(ask("/hello", ""), 401);
    assert_int_equal(ask("/nothing", ""), 401);
    assert_int_equal(ask("/nothing", ""), 401);
    server_count_requests(server, count, counts);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 2);
}

/* Nobody else waits for a password that takes long, and the server ends in time. */
static void test_a_slow_password_keeps_nobody_waiting(void **state)
{
    struct client clients[3];

    (void)state;
    start_web_server("basic_auth_users: {a: " SECRET ", slow: " ENDLESS "}\n", NULL);
    for (size_t i = 0; i < COUNT(clients); i++) {
        clients[i] = client_open(address);
        client_get(&clients[i], "/hello", "Authorization: Basic c2xvdzp4\r\n");
    }
    assert_int_equal(ask("/hello", ""), 401);
    int64_t before_ms = clock_monotonic_ms();
    server_stop(server, deadline_in_ms(100));
    assert_true(clock_monotonic_ms() - before_ms < 5000);
    for (size_t i = 0; i < COUNT(clients); i++) {
        assert_int_equal(client_read(&clients[i], false).status, 503);
        client_close(&clients[i]);
    }
}

static int64_t time_of(const char *lines)
{
    int64_t before_ms = clock_monotonic_ms();

    assert_int_equal(ask("/hello", lines), 401);
    return clock_monotonic_ms() - before_ms;
}

/* Else a stranger could find out who has an account. */
static void test_an_unknown_user_takes_as_long_as_a_known_one(void **state)
{
    (void)state;
    start_web_server(
        "basic_auth_users:\n"
        "  a: $2b$10$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n",
        NULL);
    int64_t known_ms = time_of("Authorization: Basic YTp4\r\n");
    int64_t unknown_ms = time_of("Authorization: Basic Yjp4\r\n");
    assert_true(known_ms >= 20 && unknown_ms >= 20);
}

static void test_a_rate_holds_for_all_and_before_the_password(void **state)
{
    (void)state;
    start_web_server(USER_A "rate_limit: {interval: 1h, burst: 3}\n", NULL);
    assert_int_equal(ask("/hello", LOGIN), 200);
    assert_int_equal(ask("/hello", ""), 401);
    assert_int_equal(ask("/nothing", LOGIN), 404);
    assert_int_equal(ask("/hello", LOGIN), 429);
    assert_int_equal(ask("/hello", ""), 429);
    write_web_file("web.yml", USER_A);
    assert_int_equal(ask("/hello", LOGIN), 200);
}

static void test_a_mistake_lets_in_only_who_mends_it(void **state)
{
    (void)state;
    start_web_server(USER_A, NULL);
    write_web_file("web.yml", "zzz: 1\n");
    assert_int_equal(ask("/hello", LOGIN), 500);
    assert_int_equal(ask("/hello", ""), 500);
    assert_int_equal(ask("/nothing", LOGIN), 500);
    assert_int_equal(post("/mend", ""), 401);
    assert_int_equal(post("/mend", LOGIN), 200);
    write_web_file("web.yml", USER_A);
    assert_int_equal(ask("/hello", LOGIN), 200);
}

/* On every answer once, in the place of what a route says. */
static void test_headers_are_set(void **state)
{
    static const char *const paths[] = {"/hello", "/policy", "/nothing"};

    (void)state;
    start_web_server("http_server_config:\n  headers:\n"
                     "    Content-Security-Policy: default-src 'self'\n"
                     "    X-Frame-Options: deny\n"
                     "    X-Content-Type-Options: nosniff\n",
                     NULL);
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct client client = client_open(address);
        client_get(&client, paths[i], "");
        struct answer answer = client_read(&client, false);
        check_str(answer_header(answer.head, "Content-Security-Policy"),
                  "default-src 'self'");
        check_str(answer_header(answer.head, "X-Frame-Options"), "deny");
        assert_false(str_contains(answer.head, STR_OF("'none'")));
        client_close(&client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WEB(test_only_who_knows_the_password_comes_in),
        WITH_WEB(test_a_connection_is_asked_at_each_request),
        WITH_WEB(test_refusals_are_counted_with_what_was_asked_for),
        WITH_WEB(test_a_slow_password_keeps_nobody_waiting),
        WITH_WEB(test_an_unknown_user_takes_as_long_as_a_known_one),
        WITH_WEB(test_a_rate_holds_for_all_and_before_the_password),
        WITH_WEB(test_a_mistake_lets_in_only_who_mends_it),
        WITH_WEB(test_headers_are_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
