/* password_checker_test.c - passwords are checked elsewhere, and what came of it is
 * known. */
#include "check.h"

#include <crypt.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/password_checker.h"

#define WAIT_MS 20000

/* "secret" at cost 4 (a millisecond), 8 (16 ms), and a hash that takes minutes. */
#define QUICK STR_OF("$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW")
#define SLOW STR_OF("$2b$08$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW")
#define ENDLESS STR_OF("$2b$24$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW")

static struct password_checker *checker;
static int wake = -1;

char *__real_crypt_r(const char *phrase, const char *setting, struct crypt_data *work);
char *__wrap_crypt_r(const char *phrase, const char *setting, struct crypt_data *work);

static atomic_bool is_crypt_broken;

char *__wrap_crypt_r(const char *phrase, const char *setting, struct crypt_data *work)
{
    return is_crypt_broken ? NULL : __real_crypt_r(phrase, setting, work);
}

static int open_checker(void **state)
{
    struct error error;

    (void)state;
    wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return (int)password_checker_open(wake, &checker, &error);
}

static int close_checker(void **state)
{
    (void)state;
    password_checker_close(checker);
    return close(wake);
}

static enum password_verdict ask(struct str hash, const char *password)
{
    return password_checker_ask(checker, STR_OF("user"), hash, str_from(password));
}

/* Asks until it is known, as the server does. */
static enum password_verdict find_out(struct str hash, const char *password)
{
    struct deadline deadline = deadline_in_ms(WAIT_MS);
    enum password_verdict verdict;

    while ((verdict = ask(hash, password)) == PASSWORD_PENDING) {
        struct pollfd one = {.fd = wake, .events = POLLIN};
        eventfd_t count;
        assert_int_equal(poll(&one, 1, (int)deadline_left_ms(deadline)), 1);
        assert_int_equal(eventfd_read(wake, &count), 0);
    }
    return verdict;
}

static void test_right_and_wrong_are_found_out_and_remembered(void **state)
{
    (void)state;
    assert_int_equal(ask(QUICK, "secret"), PASSWORD_PENDING);
    assert_int_equal(find_out(QUICK, "secret"), PASSWORD_RIGHT);
    assert_int_equal(find_out(QUICK, "Secret"), PASSWORD_WRONG);
    assert_int_equal(find_out(QUICK, ""), PASSWORD_WRONG);
    assert_int_equal(ask(QUICK, "secret"), PASSWORD_RIGHT);
    assert_int_equal(ask(QUICK, "Secret"), PASSWORD_WRONG);
}

/* What is remembered is not only the password. */
static void test_another_user_or_hash_is_another_question(void **state)
{
    (void)state;
    assert_int_equal(find_out(QUICK, "secret"), PASSWORD_RIGHT);
    assert_int_equal(ask(SLOW, "secret"), PASSWORD_PENDING);
    assert_int_equal(
        password_checker_ask(checker, STR_OF("users"), QUICK, STR_OF("ecret")),
        PASSWORD_PENDING);
    assert_int_equal(find_out(SLOW, "secret"), PASSWORD_WRONG);
}

static void test_what_is_no_hash_matches_nothing(void **state)
{
    (void)state;
    assert_int_equal(ask(STR_OF("secret"), "secret"), PASSWORD_WRONG);
    assert_int_equal(ask(STR_OF(""), ""), PASSWORD_WRONG);
}

/* A long password is not cut where another begins. */
static void test_long_passwords_differ_behind_the_72nd_byte(void **state)
{
    char password[201];

    (void)state;
    memset(password, 'x', sizeof password);
    password[200] = '\0';
    assert_int_equal(find_out(QUICK, password), PASSWORD_WRONG);
    password[150] = 'y';
    assert_int_equal(ask(QUICK, password), PASSWORD_PENDING);
}

static void test_a_flood_of_wrong_ones_does_not_drive_out_the_right(void **state)
{
    char wrong[32];

    (void)state;
    assert_int_equal(find_out(QUICK, "secret"), PASSWORD_RIGHT);
    for (int i = 0; i < 3 * PASSWORD_CACHE_MAX; i++) {
        (void)snprintf(wrong, sizeof wrong, "wrong %d", i);
        assert_int_equal(find_out(QUICK, wrong), PASSWORD_WRONG);
    }
    assert_int_equal(ask(QUICK, "secret"), PASSWORD_RIGHT);
    assert_int_equal(ask(QUICK, "wrong 0"), PASSWORD_PENDING); /* that is forgotten */
}

static void test_the_queue_is_bounded_and_holds_a_question_once(void **state)
{
    char wrong[32];
    int pending = 0;

    (void)state;
    for (int i = 0; i < 10; i++)
        assert_int_equal(ask(ENDLESS, "again"), PASSWORD_PENDING);
    for (int i = 1; i < 2 * PASSWORD_QUEUE_MAX; i++) {
        (void)snprintf(wrong, sizeof wrong, "wrong %d", i);
        pending += ask(ENDLESS, wrong) == PASSWORD_PENDING;
    }
    assert_int_equal(pending, PASSWORD_QUEUE_MAX - 1);
    assert_int_equal(ask(QUICK, "secret"), PASSWORD_UNCHECKED);
    assert_int_equal(ask(ENDLESS, "again"), PASSWORD_PENDING);
}

/* Then nobody knows: it is not wrong, and it may be asked again. */
static void test_what_cannot_be_computed_is_told_and_not_remembered(void **state)
{
    (void)state;
    is_crypt_broken = true;
    for (int i = 0; i < 3; i++)
        assert_int_equal(find_out(QUICK, "secret"), PASSWORD_UNCHECKED);
    is_crypt_broken = false;
    assert_int_equal(find_out(QUICK, "secret"), PASSWORD_RIGHT);
}

static void test_a_close_does_not_wait(void **state)
{
    int64_t before_ms = clock_monotonic_ms();

    (void)open_checker(state);
    assert_int_equal(ask(ENDLESS, "secret"), PASSWORD_PENDING);
    (void)close_checker(state);
    (void)open_checker(state); /* another one works beside the thread that is left */
    assert_int_equal(find_out(QUICK, "secret"), PASSWORD_RIGHT);
    (void)close_checker(state);
    (void)open_checker(state); /* and one that was never asked */
    (void)close_checker(state);
    assert_true(clock_monotonic_ms() - before_ms < WAIT_MS);
}

#define WITH_CHECKER(test)                                                               \
    cmocka_unit_test_setup_teardown(test, open_checker, close_checker)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CHECKER(test_right_and_wrong_are_found_out_and_remembered),
        WITH_CHECKER(test_another_user_or_hash_is_another_question),
        WITH_CHECKER(test_what_is_no_hash_matches_nothing),
        WITH_CHECKER(test_long_passwords_differ_behind_the_72nd_byte),
        WITH_CHECKER(test_a_flood_of_wrong_ones_does_not_drive_out_the_right),
        WITH_CHECKER(test_what_cannot_be_computed_is_told_and_not_remembered),
        WITH_CHECKER(test_the_queue_is_bounded_and_holds_a_question_once),
        cmocka_unit_test(test_a_close_does_not_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
