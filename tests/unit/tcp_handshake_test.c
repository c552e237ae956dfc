/* tcp_handshake_test.c - a refusal and a reset stay two things when the error was read.
 */
#include "check.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "source/tcp_handshake.h"

#define PATIENCE_MS 5000

static int listener_at(struct sockaddr_in *out_address)
{
    socklen_t size = sizeof *out_address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    *out_address = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    assert_int_equal(bind(fd, (struct sockaddr *)out_address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)out_address, &size), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static int connected_to(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    assert_true(connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 ||
                errno == EINPROGRESS || errno == ECONNREFUSED);
    assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, PATIENCE_MS),
                     1);
    return fd;
}

/* The other side ends it with a reset. */
static int reset_by(int listener, const struct sockaddr_in *address)
{
    int fd = connected_to(address);
    int peer = accept(listener, NULL, NULL);
    struct linger at_once = {.l_onoff = 1};

    assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once),
                     0);
    assert_int_equal(close(peer), 0);
    assert_int_equal(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, PATIENCE_MS),
                     1);
    return fd;
}

static int taken_error(int fd)
{
    int problem = 0;
    socklen_t size = sizeof problem;

    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &size), 0);
    return problem;
}

static void a_connection_that_stands_has_no_problem(void **state)
{
    struct sockaddr_in address;
    int listener = listener_at(&address);
    int fd = connected_to(&address);

    (void)state;
    assert_int_equal(tcp_handshake_problem(fd), 0);
    close(fd);
    close(listener);
}

static void a_refusal_is_told_whether_it_was_read_or_not(void **state)
{
    struct sockaddr_in address;

    (void)state;
    close(listener_at(&address));
    for (int was_read = 0; was_read <= 1; was_read++) {
        int fd = connected_to(&address);
        if (was_read)
            assert_int_equal(taken_error(fd), ECONNREFUSED);
        assert_int_equal(tcp_handshake_problem(fd), ECONNREFUSED);
        close(fd);
    }
}

static void a_reset_is_no_refusal_whether_it_was_read_or_not(void **state)
{
    struct sockaddr_in address;
    int listener = listener_at(&address);

    (void)state;
    for (int was_read = 0; was_read <= 1; was_read++) {
        int fd = reset_by(listener, &address);
        if (was_read)
            assert_int_equal(taken_error(fd), ECONNRESET);
        assert_int_equal(tcp_handshake_problem(fd), 0);
        close(fd);
    }
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_that_stands_has_no_problem),
        cmocka_unit_test(a_refusal_is_told_whether_it_was_read_or_not),
        cmocka_unit_test(a_reset_is_no_refusal_whether_it_was_read_or_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
