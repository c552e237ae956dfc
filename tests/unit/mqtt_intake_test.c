/* mqtt_intake_test.c - what came and was not given is noticed, whatever else goes on. */
#include "check.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/mqtt_intake.h"

#define TOPIC_BYTES 40
#define PAYLOAD_BYTES 12
#define MESSAGE_BYTES (2 + 2 + TOPIC_BYTES + PAYLOAD_BYTES) /* as MQTT 3.1.1 says */
#define MANY 10000
#define PIECE_BYTES ((size_t)64 * 1024)

struct line {
    int broker, ours;
    struct mqtt_intake intake;
};

static int connect_line(void **state)
{
    static struct line line;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    (void)getsockname(listener, (struct sockaddr *)&address, &size);
    line = (struct line){.ours = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(connect(line.ours, (struct sockaddr *)&address, size), 0);
    line.broker = accept(listener, NULL, NULL);
    (void)close(listener);
    *state = &line;
    return 0;
}

static int close_line(void **state)
{
    struct line *line = *state;

    (void)close(line->broker);
    (void)close(line->ours);
    return 0;
}

/* Sends so many bytes and reads them; then looks. */
static void pass(struct line *line, size_t bytes)
{
    static char piece[PIECE_BYTES];

    while (bytes) {
        size_t n = bytes < sizeof piece ? bytes : sizeof piece;
        assert_int_equal(send(line->broker, piece, n, 0), n);
        assert_int_equal(recv(line->ours, piece, n, MSG_WAITALL), n);
        bytes -= n;
    }
    mqtt_intake_look(&line->intake, line->ours);
}

static void what_is_given_is_not_held(void **state)
{
    struct line *line = *state;

    pass(line, 4); /* CONNACK */
    for (int i = 0; i < MANY; i++) {
        mqtt_intake_give(&line->intake, TOPIC_BYTES, PAYLOAD_BYTES);
        pass(line, MESSAGE_BYTES);
    }
    assert_int_equal(line->intake.held_bytes, 0);
}

static void a_large_message_is_held_until_it_is_given(void **state)
{
    struct line *line = *state;
    const size_t bytes = (size_t)10 * 1024 * 1024;

    pass(line, 4);
    pass(line, 1 + 4 + 2 + TOPIC_BYTES + bytes);
    assert_true(mqtt_intake_is_odd(&line->intake));
    assert_false(mqtt_intake_is_over(&line->intake));
    mqtt_intake_give(&line->intake, TOPIC_BYTES, bytes);
    mqtt_intake_look(&line->intake, line->ours);
    assert_int_equal(line->intake.held_bytes, 0);
}

static void what_is_never_given_is_noticed_between_good_messages(void **state)
{
    struct line *line = *state;

    pass(line, 4);
    for (int i = 0; i < MANY; i++) {
        mqtt_intake_give(&line->intake, TOPIC_BYTES, PAYLOAD_BYTES);
        pass(line, MESSAGE_BYTES + 9);
    }
    assert_int_equal(line->intake.held_bytes, 9 * MANY);
    assert_true(mqtt_intake_is_odd(&line->intake));
}

static void more_than_a_packet_is_over(void **state)
{
    struct line *line = *state;

    pass(line, 4);
    pass(line, (size_t)33 * 1024 * 1024);
    assert_true(mqtt_intake_is_over(&line->intake));
}

/* TLS makes 22 bytes and more of each record. */
static void records_are_not_taken_for_messages(void **state)
{
    struct line *line = *state;

    line->intake.has_records = true;
    pass(line, 4);
    for (int i = 0; i < MANY; i++) {
        mqtt_intake_give(&line->intake, TOPIC_BYTES, PAYLOAD_BYTES);
        pass(line, MESSAGE_BYTES + 3 * 29);
    }
    assert_int_equal(line->intake.held_bytes, 0);
}

#define LINE_TEST(name) cmocka_unit_test_setup_teardown(name, connect_line, close_line)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINE_TEST(what_is_given_is_not_held),
        LINE_TEST(a_large_message_is_held_until_it_is_given),
        LINE_TEST(what_is_never_given_is_noticed_between_good_messages),
        LINE_TEST(more_than_a_packet_is_over),
        LINE_TEST(records_are_not_taken_for_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
