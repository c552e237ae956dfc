/* server_tls_test.c - TLS obeys the limits, and carries all that plain HTTP carries. */
#include "web_server.h"

#include "tls_client.h"

#define REQUEST_MS 1500 /* a handshake on a busy machine takes its time */
#define ANSWER_MS 1500
#define PER_ADDRESS 4
#define LATE_MS 5000
#define CLOSE "Connection: close\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\n" CLOSE "\r\n"

static const struct server_limits tight = {REQUEST_MS, ANSWER_MS, 8, PER_ADDRESS};

static const char *const versions[] = {
    "NORMAL:-VERS-ALL:+VERS-TLS1.3",
    "NORMAL:-VERS-ALL:+VERS-TLS1.2",
};

static char text[BIG_BYTES + 4096];

static struct tls_client connect_well(const char *priority)
{
    struct tls_client client = tls_client_open(address, priority);

    assert_int_equal(tls_client_handshake(&client), 0);
    return client;
}

/* The answer to what was sent, up to its end. */
static struct str answer_to(struct tls_client *client, const char *request)
{
    tls_client_send(client, request);
    return (struct str){text, tls_client_receive(client, text, sizeof text)};
}

static void check_answer(const char *priority, const char *request, const char *end)
{
    struct tls_client client = connect_well(priority);
    struct str answer = answer_to(&client, request);

    assert_true(str_starts_with(answer, STR_OF("HTTP/1.1 200 OK\r\n")));
    assert_true(str_ends_with(answer, str_from(end)));
    tls_client_close(&client);
}

static void start_tls_server(const struct server_limits *limits)
{
    write_new_certificate("server", 10);
    start_web_server(TLS_LINES, limits);
}

static void test_every_kind_of_answer_comes(void **state)
{
    (void)state;
    start_tls_server(NULL);
    for (size_t i = 0; i < COUNT(versions); i++) {
        check_answer(versions[i], GET("/hello"), "\r\n\r\nhello\n");
        check_answer(versions[i], GET("/wait"), "\r\n\r\nwaited\n");
        check_answer(versions[i],
                     "POST /hello HTTP/1.1\r\nHost: x\r\n" CLOSE
                     "Content-Length: 3\r\n\r\nabc",
                     "\r\n\r\nhello\n");
        check_answer(versions[i], "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n" GET("/hello"),
                     "hello\n");
    }
}

static void test_a_page_of_many_records_is_whole(void **state)
{
    (void)state;
    start_tls_server(NULL);
    struct tls_client client = connect_well(versions[0]);
    struct str answer = answer_to(&client, GET("/big"));
    assert_true(answer.n > BIG_BYTES);
    struct str body = str_skip(answer, answer.n - BIG_BYTES);
    for (size_t i = 0; i < body.n; i++)
        if (body.p[i] != (char)('a' + i % 26))
            fail_msg("byte %zu is %c", i, body.p[i]);
    tls_client_close(&client);
}

/* A request in pieces, each a record; and one that the client ends its side behind. */
static void test_pieces_and_an_early_end_do_no_harm(void **state)
{
    static const char request[] = GET("/wait");

    (void)state;
    start_tls_server(NULL);
    struct tls_client client = connect_well(versions[0]);
    for (size_t i = 0; request[i]; i++)
        assert_int_equal(gnutls_record_send(client.session, &request[i], 1), 1);
    assert_int_equal(gnutls_bye(client.session, GNUTLS_SHUT_WR), 0);
    assert_int_equal(shutdown(client.plain.socket, SHUT_WR), 0);
    struct str answer = {text, tls_client_receive(&client, text, sizeof text)};
    assert_true(str_ends_with(answer, STR_OF("waited\n")));
    tls_client_close(&client);
}

static void test_who_speaks_plain_http_gets_nothing(void **state)
{
    (void)state;
    start_tls_server(&tight);
    struct client client = client_open(address);
    client_get(&client, "/hello", "");
    ssize_t got = recv(client.socket, text, sizeof text, 0);
    /* An alert of TLS at most: never a word of HTTP. */
    assert_true(got <= 0 || text[0] == 0x15);
    client_close(&client);
}

/* Silence, half a hello, a byte now and then, half a request behind a good handshake. */
static void test_a_handshake_has_the_time_of_a_request(void **state)
{
    static const struct str beginnings[] = {
        STR(""),
        STR("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        STR("\x16"),
    };

    (void)state;
    start_tls_server(&tight);
    for (size_t i = 0; i < COUNT(beginnings); i++) {
        int64_t before_ms = clock_monotonic_ms();
        struct deadline deadline = deadline_in_ms(LATE_MS);
        struct client client = client_open(address);
        client_send_bytes(&client, beginnings[i]);
        while (!client_is_ended_within(&client, 20) && !deadline_has_passed(deadline))
            if (i == 1)
                client_send_bytes(&client, STR_OF("\x01"));
        assert_in_range(clock_monotonic_ms() - before_ms, REQUEST_MS, LATE_MS - 1);
        client_close(&client);
    }
    int64_t before_ms = clock_monotonic_ms();
    struct tls_client client = connect_well(versions[0]);
    tls_client_send(&client, "GET /hello HTTP/1.1\r\nHost: x\r\nX: ");
    assert_int_equal(tls_client_receive(&client, text, sizeof text), 0);
    assert_in_range(clock_monotonic_ms() - before_ms, REQUEST_MS, LATE_MS - 1);
    tls_client_close(&client);
}

/* Whoever waits for a client costs nothing meanwhile. */
static void check_idle(void)
{
    struct deadline deadline = deadline_in_ms(LATE_MS); /* until buffers are full */
    unsigned turns;

    do {
        turns = server_turns(server);
        (void)poll(NULL, 0, 200);
        turns = server_turns(server) - turns;
    } while (turns > 20 && !deadline_has_passed(deadline));
    assert_in_range(turns, 0, 20);
}

static void test_who_does_not_speak_or_read_keeps_no_processor_busy(void **state)
{
    (void)state;
    start_tls_server(NULL);
    for (size_t i = 0; i < COUNT(versions); i++) {
        struct tls_client silent = connect_well(versions[i]);
        struct tls_client halting = connect_well(versions[i]);
        struct tls_client deaf = connect_well(versions[i]);
        tls_client_send(&halting, "GET /hello HTTP/1.1\r\nHost: x");
        tls_client_send(&deaf, GET("/big"));
        assert_int_equal(tls_client_receive(&deaf, text, 1), 1);
        check_idle();
        tls_client_close(&silent);
        tls_client_close(&halting);
        tls_client_close(&deaf);
    }
}

static void test_a_handshake_that_waits_keeps_no_processor_busy(void **state)
{
    static const struct str beginnings[] = {
        STR("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
        STR("\x16"),
    };
    struct client clients[COUNT(beginnings)];

    (void)state;
    start_tls_server(NULL);
    for (size_t i = 0; i < COUNT(beginnings); i++) {
        clients[i] = client_open(address);
        client_send_bytes(&clients[i], beginnings[i]);
    }
    check_idle();
    check_answer(versions[0], GET("/hello"), "\r\n\r\nhello\n");
    for (size_t i = 0; i < COUNT(beginnings); i++)
        client_close(&clients[i]);
}

static void test_an_answer_must_be_read_in_time(void **state)
{
    (void)state;
    start_tls_server(&tight);
    struct tls_client client = connect_well(versions[0]);
    tls_client_send(&client, GET("/big"));
    assert_int_equal(tls_client_receive(&client, text, 1), 1); /* it has begun */
    struct deadline deadline = deadline_in_ms(2 * ANSWER_MS);
    while (!deadline_has_passed(deadline))
        (void)poll(NULL, 0, 50);
    assert_true(tls_client_receive(&client, text, sizeof text) < BIG_BYTES);
    tls_client_close(&client);
}

static void test_one_address_has_its_share(void **state)
{
    struct client clients[PER_ADDRESS];

    (void)state;
    start_tls_server(&tight);
    for (size_t i = 0; i < COUNT(clients); i++)
        clients[i] = client_open(address); /* in the middle of a handshake, for ever */
    struct tls_client beyond = tls_client_open(address, versions[0]);
    assert_true(tls_client_handshake(&beyond) < 0);
    tls_client_close(&beyond);
    for (size_t i = 0; i < COUNT(clients); i++)
        client_close(&clients[i]);
}

static void test_a_renewed_certificate_is_for_the_next_connection(void **state)
{
    (void)state;
    start_tls_server(NULL);
    struct tls_client before = connect_well(versions[0]);
    write_new_certificate("server", 20);
    struct tls_client after = connect_well(versions[0]);
    unsigned n;
    const gnutls_datum_t *old = gnutls_certificate_get_peers(before.session, &n);
    const gnutls_datum_t *new = gnutls_certificate_get_peers(after.session, &n);
    assert_true(old->size != new->size || memcmp(old->data, new->data, new->size) != 0);
    assert_true(str_ends_with(answer_to(&before, GET("/hello")), STR_OF("\r\nhello\n")));
    tls_client_close(&before);
    tls_client_close(&after);
}

/* Neither suspended connections nor handshakes under way keep it. */
static void test_the_server_stops_in_the_middle(void **state)
{
    (void)state;
    start_tls_server(NULL);
    struct tls_client waits = connect_well(versions[0]);
    struct tls_client silent = tls_client_open(address, versions[0]);
    struct tls_client idle = connect_well(versions[1]);
    tls_client_send(&waits, GET("/wait"));
    int64_t before_ms = clock_monotonic_ms();
    server_stop(server, deadline_in_ms(1000));
    assert_true(clock_monotonic_ms() - before_ms < LATE_MS);
    tls_client_close(&waits);
    tls_client_close(&silent);
    tls_client_close(&idle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WEB(test_every_kind_of_answer_comes),
        WITH_WEB(test_a_page_of_many_records_is_whole),
        WITH_WEB(test_pieces_and_an_early_end_do_no_harm),
        WITH_WEB(test_who_speaks_plain_http_gets_nothing),
        WITH_WEB(test_a_handshake_has_the_time_of_a_request),
        WITH_WEB(test_who_does_not_speak_or_read_keeps_no_processor_busy),
        WITH_WEB(test_a_handshake_that_waits_keeps_no_processor_busy),
        WITH_WEB(test_an_answer_must_be_read_in_time),
        WITH_WEB(test_one_address_has_its_share),
        WITH_WEB(test_a_renewed_certificate_is_for_the_next_connection),
        WITH_WEB(test_the_server_stops_in_the_middle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
