/* server_turns_test.c - what the watchdog reads */
#include "server_gate.h"

static void test_a_thread_that_hangs_makes_no_turns(void **state)
{
    struct client client = client_open(address);
    struct deadline patience = deadline_in_ms(CLIENT_WAIT_MS);

    (void)state;
    client_get(&client, "/hang", "");
    await_arrivals(1);
    unsigned turns = server_turns(server);
    server_wake(server);
    assert_false(client_is_readable(&client, deadline_in_ms(50)));
    assert_int_equal(server_turns(server), turns);

    (void)sem_post(&gate.release);
    check_str(client_read(&client, false).body, "at last\n");
    while (server_turns(server) == turns && !deadline_has_passed(patience))
        server_wake(server);
    assert_int_not_equal(server_turns(server), turns);
    client_close(&client);
}

static void test_an_idle_thread_turns_when_woken(void **state)
{
    struct deadline patience = deadline_in_ms(CLIENT_WAIT_MS);
    unsigned turns = server_turns(server);

    (void)state;
    server_wake(server);
    while (server_turns(server) == turns && !deadline_has_passed(patience))
        continue;
    assert_int_not_equal(server_turns(server), turns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_a_thread_that_hangs_makes_no_turns),
        WITH_SERVER(test_an_idle_thread_turns_when_woken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
