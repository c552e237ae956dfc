/* web_watch_test.c - files that change, to good and to bad. */
#include "web_files.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "web/web_settings.h"
#include "web/web_watch.h"

#define USERS_A "basic_auth_users: {a: " SECRET "}\n"
#define USERS_B "basic_auth_users: {b: " SECRET "}\n"
#define WAIT_MS 5000

static struct web_watch *watch;

static void open_watch(const char *yaml)
{
    struct buf mistakes = buf_new(10000);

    write_web_file("web.yml", yaml);
    if (web_watch_open(str_from(web_path("web.yml")), &watch, &mistakes))
        fail_msg("%.*s", STR_ARG(buf_str(&mistakes)));
    buf_free(&mistakes);
}

/* The first user of the settings in force, '-' for none; '!' when there is a mistake. */
static char state_now(void)
{
    bool is_mistaken;
    struct web_settings *settings = web_watch_settings(watch, &is_mistaken);
    char state = settings->config.user_count ? settings->config.users[0].name.p[0] : '-';

    web_settings_release(settings);
    return is_mistaken ? '!' : state;
}

static enum err reload(void)
{
    struct buf mistakes = buf_new(10000);
    enum err outcome = web_watch_reload(watch, &mistakes);

    assert_int_equal(mistakes.n != 0, outcome != ERR_OK);
    buf_free(&mistakes);
    return outcome;
}

static void test_a_change_is_in_force_at_once(void **state)
{
    (void)state;
    open_watch(USERS_A);
    assert_false(web_watch_has_tls(watch));
    assert_int_equal(state_now(), 'a');
    /* Again and again within a tick of the file system's clock, same length. */
    for (int i = 0; i < 100; i++) {
        write_web_file("web.yml", i % 2 ? USERS_A : USERS_B);
        assert_int_equal(state_now(), i % 2 ? 'a' : 'b');
    }
    write_web_file("web.yml", "");
    assert_int_equal(state_now(), '-');
    web_watch_close(watch);
}

static void test_a_mistake_closes_until_it_is_mended(void **state)
{
    (void)state;
    open_watch(USERS_A);
    write_web_file("web.yml", "zzz: 1\n");
    assert_int_equal(state_now(), '!');
    assert_int_equal(state_now(), '!');
    assert_int_equal(unlink(web_path("web.yml")), 0);
    assert_int_equal(state_now(), '!');
    write_web_file("web.yml", USERS_B);
    assert_int_equal(state_now(), 'b');
    web_watch_close(watch);
}

static void test_a_reload_keeps_what_was_until_the_next_change(void **state)
{
    (void)state;
    open_watch(USERS_A);
    write_web_file("web.yml", "zzz: 1\n");
    assert_int_equal(reload(), ERR_USAGE);
    struct deadline young = deadline_in_ms(60);
    while (!deadline_has_passed(young)) /* also when the file is not young any more */
        assert_int_equal(state_now(), 'a');
    write_web_file("web.yml", "zzzzz: 1\n");
    assert_int_equal(state_now(), '!');
    assert_int_equal(reload(), ERR_USAGE); /* opens what the mistake had closed */
    assert_int_equal(state_now(), 'a');
    write_web_file("web.yml", USERS_B);
    assert_int_equal(reload(), ERR_OK);
    assert_int_equal(state_now(), 'b');
    web_watch_close(watch);
}

static void test_tls_is_not_switched_on_or_off(void **state)
{
    (void)state;
    write_new_certificate("server", 10);
    open_watch(USERS_A);
    write_web_file("web.yml", TLS_LINES USERS_A);
    assert_int_equal(state_now(), '!');
    assert_int_equal(reload(), ERR_USAGE);
    assert_int_equal(state_now(), 'a');
    web_watch_close(watch);
    open_watch(TLS_LINES USERS_A);
    assert_true(web_watch_has_tls(watch));
    write_web_file("web.yml", USERS_A);
    assert_int_equal(state_now(), '!');
    web_watch_close(watch);
}

static void test_a_certificate_is_read_again(void **state)
{
    bool is_mistaken;

    (void)state;
    write_new_certificate("server", 10);
    open_watch(TLS_LINES);
    struct web_settings *first = web_watch_settings(watch, &is_mistaken);
    write_new_certificate("server", 20);
    struct web_settings *second = web_watch_settings(watch, &is_mistaken);
    assert_false(is_mistaken);
    assert_ptr_not_equal(first->tls.credentials, second->tls.credentials);
    web_settings_release(second);
    write_new_certificate("other", 10);
    assert_int_equal(rename(web_path("other.key"), web_path("server.key")), 0);
    assert_int_equal(state_now(), '!');
    web_watch_close(watch);
    web_settings_release(first); /* a connection may live longer */
}

static atomic_bool is_over;

static void *look_all_the_time(void *context)
{
    (void)context;
    while (!is_over)
        (void)state_now();
    return NULL;
}

static void test_requests_and_reloads_may_meet(void **state)
{
    pthread_t threads[2];
    struct deadline deadline = deadline_in_ms(300);

    (void)state;
    open_watch(USERS_A);
    is_over = false;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_all_the_time, NULL), 0);
    for (int i = 0; !deadline_has_passed(deadline); i++) {
        write_web_file("web.yml", i % 3 ? USERS_A : "zzz: 1\n");
        (void)reload();
    }
    is_over = true;
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    write_web_file("web.yml", USERS_B);
    assert_int_equal(state_now(), 'b');
    web_watch_close(watch);
}

static void test_a_file_with_a_mistake_does_not_open(void **state)
{
    struct buf mistakes = buf_new(10000);

    (void)state;
    write_web_file("web.yml", "zzz: 1\n");
    assert_int_equal(web_watch_open(str_from(web_path("web.yml")), &watch, &mistakes),
                     ERR_USAGE);
    assert_true(str_contains(buf_str(&mistakes), STR_OF("web.yml: line 1: zzz: is no")));
    buf_free(&mistakes);
}

#define WITH_FOLDER(test)                                                                \
    cmocka_unit_test_setup_teardown(test, open_web_folder, close_web_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDER(test_a_change_is_in_force_at_once),
        WITH_FOLDER(test_a_mistake_closes_until_it_is_mended),
        WITH_FOLDER(test_a_reload_keeps_what_was_until_the_next_change),
        WITH_FOLDER(test_tls_is_not_switched_on_or_off),
        WITH_FOLDER(test_a_certificate_is_read_again),
        WITH_FOLDER(test_requests_and_reloads_may_meet),
        WITH_FOLDER(test_a_file_with_a_mistake_does_not_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
