/* listener_test.c - addresses in Go syntax, and sockets that are handed over */
#include "server/listener.h"

#include <fcntl.h>
#include <stdio.h>

#include "http_client.h"

static bool can_connect(struct str address)
{
    struct sockaddr_storage target;
    socklen_t bytes = client_target(address, &target);
    int fd = socket(target.ss_family, SOCK_STREAM, 0);
    bool is_connected = connect(fd, (struct sockaddr *)&target, bytes) == 0;

    (void)close(fd);
    return is_connected;
}

static bool has_ipv6(void)
{
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6,
                                    .sin6_addr = in6addr_loopback};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    bool can_bind =
        fd >= 0 && bind(fd, (struct sockaddr *)&loopback, sizeof loopback) == 0;

    if (fd >= 0)
        (void)close(fd);
    return can_bind;
}

static void test_addresses_are_bound(void **state)
{
    static const struct {
        const char *address;
        const char *text; /* how the bound one begins */
        bool needs_ipv6;
    } cases[] = {
        {"127.0.0.1:0", "127.0.0.1:", false},
        {"0.0.0.0:0", "0.0.0.0:", false},
        {"127.0.0.2:0", "127.0.0.2:", false},
        {"localhost:0", "127.0.0.1:", false},
        {"[127.0.0.1]:0", "127.0.0.1:", false},
        {":0", "[::]:", true},
        {"[::]:0", "[::]:", true},
        {"[::1]:0", "[::1]:", true},
    };
    struct error error;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct listener listener;
        if (cases[i].needs_ipv6 && !has_ipv6())
            continue;
        if (listener_open(str_from(cases[i].address), &listener, &error))
            fail_msg("%s", error.text);
        struct str text = str_from(listener.text);
        assert_true(str_starts_with(text, str_from(cases[i].text)));
        assert_false(str_ends_with(text, STR_OF(":0")));
        assert_true(fcntl(listener.socket, F_GETFL) & O_NONBLOCK);
        listener_close(&listener);
        listener_close(&listener);
    }
}

static void test_a_port_alone_serves_both_families(void **state)
{
    static const char *const addresses[] = {":0", "[::]:0"};
    struct error error;

    (void)state;
    if (!has_ipv6())
        skip();
    for (size_t i = 0; i < 2; i++) {
        struct listener listener;
        char old[64];
        assert_int_equal(listener_open(str_from(addresses[i]), &listener, &error), 0);
        const char *port = strrchr(listener.text, ':');
        (void)snprintf(old, sizeof old, "127.0.0.1%s", port);
        assert_true(can_connect(str_from(old)));
        assert_true(can_connect(str_from(listener.text)));
        listener_close(&listener);
    }
}

static void test_bad_addresses_are_named_with_what_is_allowed(void **state)
{
    static const char *const addresses[] = {
        "",           "10088",
        "127.0.0.1",  ":",
        "127.0.0.1:", ":65536",
        ":-1",        ":http",
        ": 80",       "::1:80",
        "[::1]",      "[::1:80",
        "::1]:80",    "[]:80",
        "[:80",       "1.2.3.4:80:90",
        "[::1]80",    ":99999999999999999999",
    };
    struct error error;

    (void)state;
    for (size_t i = 0; i < COUNT(addresses); i++) {
        struct listener listener = {.socket = 77};
        char expected[200];
        if (listener_open(str_from(addresses[i]), &listener, &error) != ERR_USAGE)
            fail_msg("\"%s\" was allowed", addresses[i]);
        (void)snprintf(expected, sizeof expected,
                       "listen address \"%s\": not an address and port; allowed are "
                       ":10088, 127.0.0.1:10088, [::1]:10088, with a port of 0 to 65535",
                       addresses[i]);
        assert_string_equal(error.text, expected);
        assert_int_equal(listener.socket, 77);
    }
}

static void test_what_cannot_be_bound_says_why(void **state)
{
    struct listener first;
    struct listener second;
    struct error error;
    char expected[200];

    (void)state;
    assert_int_equal(listener_open(STR_OF("127.0.0.1:0"), &first, &error), 0);
    assert_int_equal(listener_open(str_from(first.text), &second, &error), ERR_USAGE);
    (void)snprintf(expected, sizeof expected,
                   "listen address \"%s\": cannot listen there: Address already in use",
                   first.text);
    assert_string_equal(error.text, expected);
    listener_close(&first);

    assert_int_equal(listener_open(STR_OF("192.0.2.1:0"), &second, &error), ERR_USAGE);
    assert_string_equal(error.text, "listen address \"192.0.2.1:0\": cannot listen "
                                    "there: Cannot assign requested address");
    /* A name that no resolver has to be asked about. */
    assert_int_equal(listener_open(STR_OF("[fe80::1%nowhere]:0"), &second, &error),
                     ERR_USAGE);
    assert_non_null(
        strstr(error.text, "\"[fe80::1%nowhere]:0\": host \"fe80::1%nowhere\": "));
}

static void test_a_restart_gets_its_port_back_at_once(void **state)
{
    struct listener listener;
    struct error error;
    struct sockaddr_storage peer;
    socklen_t bytes = sizeof peer;
    char text[LISTENER_TEXT_MAX];

    (void)state;
    assert_int_equal(listener_open(STR_OF("127.0.0.1:0"), &listener, &error), 0);
    (void)snprintf(text, sizeof text, "%s", listener.text);
    struct client client = client_open(str_from(text));
    int accepted = accept(listener.socket, (struct sockaddr *)&peer, &bytes);
    assert_true(accepted >= 0);
    (void)close(accepted); /* we end it first: the port is in TIME_WAIT now */
    assert_true(client_is_ended_within(&client, CLIENT_WAIT_MS));
    client_close(&client);
    listener_close(&listener);

    assert_int_equal(listener_open(str_from(text), &listener, &error), 0);
    listener_close(&listener);
}

static void test_a_socket_is_adopted_if_it_listens(void **state)
{
    struct listener listener = {.socket = 77};
    struct sockaddr_in any = {.sin_family = AF_INET};
    struct error error;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    (void)state;
    assert_int_equal(listener_adopt(fd, &listener, &error), ERR_USAGE);
    assert_non_null(strstr(error.text, "is a socket that does not listen"));
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof any), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(listener_adopt(fd, &listener, &error), 0);
    assert_int_equal(listener.socket, fd);
    assert_true(str_starts_with(str_from(listener.text), STR_OF("127.0.0.1:")));
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    listener_close(&listener);

    assert_int_equal(listener_adopt(fd, &listener, &error), ERR_USAGE);
    assert_non_null(strstr(error.text, "Bad file descriptor"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_are_bound),
        cmocka_unit_test(test_a_port_alone_serves_both_families),
        cmocka_unit_test(test_bad_addresses_are_named_with_what_is_allowed),
        cmocka_unit_test(test_what_cannot_be_bound_says_why),
        cmocka_unit_test(test_a_restart_gets_its_port_back_at_once),
        cmocka_unit_test(test_a_socket_is_adopted_if_it_listens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
