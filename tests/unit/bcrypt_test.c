/* bcrypt_test.c - which hashes are taken, and which passwords fit them. */
#include "check.h"

#include <string.h>

#include "web/bcrypt.h"

static bool matches(struct str hash, struct str password)
{
    bool is_right = true;

    assert_int_equal(bcrypt_match(hash, password, &is_right), ERR_OK);
    return is_right;
}

static void test_the_form_of_a_hash_is_checked(void **state)
{
    static const struct {
        const char *text;
        bool is_hash;
    } cases[] = {
        {"$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze", true},
        {"$2a$04$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze", true},
        {"$2b$31$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze", true},
        {"$2b$03$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze", false},
        {"$2b$32$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze", false},
        {"$2b$1x$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze", false},
        {"$2x$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze", false},
        {"$1$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPzee", false},
        {"$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPz", false},
        {"$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPzee", false},
        {"$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC+42V2pdJlUprsJPze", false},
        {"$2y$10", false},
        {"", false},
        {"secret", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (bcrypt_is_hash(str_from(cases[i].text)) != cases[i].is_hash)
            fail_msg("%s", cases[i].text);
}

static void test_the_right_password_matches_and_no_other(void **state)
{
    static const char *const hashes[] = {
        "$2y$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe",
        "$2a$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe",
        "$2b$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(hashes); i++) {
        struct str hash = str_from(hashes[i]);
        assert_int_equal(bcrypt_cost(hash), 5);
        assert_true(matches(hash, STR_OF("password")));
        assert_false(matches(hash, STR_OF("Password")));
        assert_false(matches(hash, STR_OF("")));
        assert_false(matches(hash, STR_OF("password\0x")));
    }
    assert_false(matches(STR_OF("password"), STR_OF("password")));
    assert_false(matches(STR_OF(""), STR_OF("")));
}

/* Of the salt's last character only two bits are used: programs write the other four as
 * they please. */
static void test_unused_bits_of_the_salt_do_not_matter(void **state)
{
    (void)state;
    assert_true(
        matches(STR_OF("$2y$05$bvIG6Nmid91Mu9RcmmWZfP5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe"),
                STR_OF("password")));
}

static void test_only_72_bytes_of_a_password_are_read(void **state)
{
    static char password[100];

    (void)state;
    memset(password, 'x', sizeof password);
    struct str hash = STR("$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i");
    assert_false(matches(hash, (struct str){password, 71}));
    assert_true(matches(hash, (struct str){password, 72}));
    assert_true(matches(hash, (struct str){password, 100}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_form_of_a_hash_is_checked),
        cmocka_unit_test(test_the_right_password_matches_and_no_other),
        cmocka_unit_test(test_unused_bits_of_the_salt_do_not_matter),
        cmocka_unit_test(test_only_72_bytes_of_a_password_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
