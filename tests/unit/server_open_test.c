/* server_open_test.c - the sockets of a server: bound, handed over, refused */
#include "server/server.h"

#include <fcntl.h>
#include <stdio.h>

#include "http_client.h"
#include "server/listener.h"

static void say_hello(void *context, struct request *request)
{
    (void)context;
    request_reply_text(request, 200, "hello");
}

static const struct route routes[] = {
    {"/hello", "hello", METHOD_GET, 0, say_hello, NULL},
};

static void test_all_listeners_serve(void **state)
{
    static const struct str addresses[] = {STR("127.0.0.1:0"), STR("127.0.0.2:0"),
                                           STR(":0")};
    struct server_options options = {.addresses = addresses, .address_count = 3};
    struct server *other = NULL;
    struct error error;

    (void)state;
    if (server_open(&options, routes, COUNT(routes), &other, &error))
        fail_msg("%s", error.text);
    assert_true(str_starts_with(server_address(other, 1), STR_OF("127.0.0.2:")));
    assert_int_equal(server_address(other, 3).n, 0);
    assert_int_equal(server_start(other, &error), 0);
    assert_int_equal(client_ask(server_address(other, 0), "/hello"), 200);
    assert_int_equal(client_ask(server_address(other, 2), "/hello"), 200);
    server_close(other);
}

static int listening_socket(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof any), 0);
    assert_int_equal(listen(fd, 16), 0);
    return fd;
}

static void test_sockets_handed_over_are_served_and_closed(void **state)
{
    int sockets[2] = {listening_socket(), listening_socket()};
    int copy = dup(sockets[0]); /* as systemd has one */
    struct server_options options = {.sockets = sockets, .socket_count = 2};
    struct server *other = NULL;
    struct error error;

    (void)state;
    assert_int_equal(server_open(&options, routes, COUNT(routes), &other, &error), 0);
    assert_int_equal(server_start(other, &error), 0);
    assert_int_equal(client_ask(server_address(other, 0), "/hello"), 200);
    assert_int_equal(client_ask(server_address(other, 1), "/hello"), 200);
    server_close(other);
    assert_int_equal(fcntl(sockets[0], F_GETFD), -1);
    assert_int_equal(fcntl(sockets[1], F_GETFD), -1);
    (void)close(copy);
}

static void test_sockets_of_a_failed_open_stay_the_callers(void **state)
{
    int sockets[2] = {listening_socket(), socket(AF_INET, SOCK_STREAM, 0)};
    struct server_options options = {.sockets = sockets, .socket_count = 2};
    struct server *other = NULL;
    struct error error;

    (void)state;
    assert_int_equal(server_open(&options, routes, COUNT(routes), &other, &error),
                     ERR_USAGE);
    assert_non_null(strstr(error.text, "a socket that does not listen"));
    assert_null(other);
    assert_int_equal(close(sockets[0]), 0);
    assert_int_equal(close(sockets[1]), 0);
}

static void test_addresses_that_cannot_be_opened_are_named(void **state)
{
    struct str addresses[20];
    struct server_options options = {.addresses = addresses, .address_count = 2};
    struct server *other = NULL;
    struct error error;
    char expected[200];

    (void)state;
    int taken = listening_socket();
    struct listener listener;
    assert_int_equal(listener_adopt(taken, &listener, &error), 0);
    addresses[0] = STR_OF("127.0.0.1:0");
    addresses[1] = str_from(listener.text);
    assert_int_equal(server_open(&options, routes, COUNT(routes), &other, &error),
                     ERR_USAGE);
    (void)snprintf(expected, sizeof expected,
                   "listen address \"%.*s\": cannot listen there: Address already in use",
                   STR_ARG(addresses[1]));
    assert_string_equal(error.text, expected);

    listener_close(&listener);

    options.address_count = 0;
    assert_int_equal(server_open(&options, routes, COUNT(routes), &other, &error),
                     ERR_USAGE);
    assert_string_equal(error.text, "0 listen addresses, allowed are 1 to 16");
    options.address_count = COUNT(addresses);
    assert_int_equal(server_open(&options, routes, COUNT(routes), &other, &error),
                     ERR_USAGE);
    assert_string_equal(error.text, "20 listen addresses, allowed are 1 to 16");
    assert_null(other);
}

static void test_a_server_may_be_closed_before_it_started(void **state)
{
    struct str listen_address = STR_OF("127.0.0.1:0");
    struct server_options options = {.addresses = &listen_address, .address_count = 1};
    struct server *other = NULL;
    struct error error;

    (void)state;
    assert_int_equal(server_open(&options, routes, COUNT(routes), &other, &error), 0);
    server_close(other);
    server_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_listeners_serve),
        cmocka_unit_test(test_sockets_handed_over_are_served_and_closed),
        cmocka_unit_test(test_sockets_of_a_failed_open_stay_the_callers),
        cmocka_unit_test(test_addresses_that_cannot_be_opened_are_named),
        cmocka_unit_test(test_a_server_may_be_closed_before_it_started),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
