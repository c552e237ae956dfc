/* basic_credentials_test.c - what an Authorization header says, and what it does not. */
#include "check.h"

#include "web/basic_credentials.h"

static bool parse(struct str header, struct buf *out, struct basic_credentials *found)
{
    *out = buf_new(1000);
    return basic_credentials_parse(header, out, found);
}

static void test_user_and_password_are_told_apart_by_the_first_colon(void **state)
{
    static const struct {
        const char *header, *user, *password;
    } cases[] = {
        {"Basic YWxpY2U6c2VjcmV0", "alice", "secret"},
        {"basic YWxpY2U6c2VjcmV0", "alice", "secret"},
        {"BASIC   YWxpY2U6c2VjcmV0 ", "alice", "secret"},
        {"Basic Og==", "", ""},
        {"Basic YTo=", "a", ""},
        {"Basic OmI=", "", "b"},
        {"Basic YTpiOmM=", "a", "b:c"},
        {"Basic w6Q6w7bDvA==", "\xc3\xa4", "\xc3\xb6\xc3\xbc"},
        {"Basic Pz8/Pz4+Pj46fj4/",
         "?"
         "?"
         "?"
         "?"
         ">>>>",
         "~>?"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out;
        struct basic_credentials found;
        assert_true(parse(str_from(cases[i].header), &out, &found));
        check_str(found.user, cases[i].user);
        check_str(found.password, cases[i].password);
        buf_free(&out);
    }
}

static void test_everything_else_is_none(void **state)
{
    static const char *const headers[] = {
        "",
        "Basic",
        "Basic ",
        "Bearer YWxpY2U6c2VjcmV0",
        "BasicYWxpY2U6c2VjcmV0",
        "Basic YWxpY2U",           /* no colon, no padding */
        "Basic YWxpY2U=",          /* no colon */
        "Basic YTpiOmM",           /* padding left out */
        "Basic YTpiOm==M",         /* padding within */
        "Basic YTp.iOm",           /* no digit of base64 */
        "Basic YWxp Y2U6c2VjcmV0", /* a blank within */
        "Basic YTpiOmM=YTpiOmM=",  /* two of them */
        "Basic ====",
        "Basic YTpi-m_=", /* the other alphabet */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(headers); i++) {
        struct buf out;
        struct basic_credentials found;
        if (parse(str_from(headers[i]), &out, &found))
            fail_msg("%s was taken", headers[i]);
        buf_free(&out);
    }
}

static void test_a_nul_is_a_byte_as_any_other(void **state)
{
    struct buf out;
    struct basic_credentials found;

    (void)state;
    assert_true(parse(STR_OF("Basic YQBiOmMAZA=="), &out, &found));
    assert_int_equal(found.user.n, 3);
    assert_int_equal(found.password.n, 3);
    buf_free(&out);
}

static void test_a_buffer_that_is_too_small_fails(void **state)
{
    struct buf out = buf_new(4);
    struct basic_credentials found;

    (void)state;
    assert_false(basic_credentials_parse(STR_OF("Basic YWxpY2U6c2VjcmV0"), &out, &found));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_user_and_password_are_told_apart_by_the_first_colon),
        cmocka_unit_test(test_everything_else_is_none),
        cmocka_unit_test(test_a_nul_is_a_byte_as_any_other),
        cmocka_unit_test(test_a_buffer_that_is_too_small_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
