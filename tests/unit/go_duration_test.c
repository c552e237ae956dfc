/* go_duration_test.c - durations as Go writes them. */
#include "check.h"

#include "web/go_duration.h"

static void test_numbers_with_units_are_added(void **state)
{
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {
        {"0", 0},
        {"0s", 0},
        {"1ns", 1},
        {"1us", 1000},
        {"1\xc2\xb5s", 1000},
        {"100ms", 100000000},
        {"1s", 1000000000},
        {"1.5s", 1500000000},
        {".5s", 500000000},
        {"1.s", 1000000000},
        {"1m30s", INT64_C(90000000000)},
        {"1.5h", INT64_C(5400000000000)},
        {"2h45m", INT64_C(9900000000000)},
        {"0.000000001s", 1},
        {"0.0000000019s", 1},
        {"1s1h", INT64_C(3601000000000)},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ns = -1;
        if (!go_duration_parse(str_from(cases[i].text), &ns) || ns != cases[i].ns)
            fail_msg("%s gave %lld", cases[i].text, (long long)ns);
    }
}

static void test_everything_else_is_refused(void **state)
{
    static const char *const texts[] = {
        "",          "5",    "s",   "1",    "-1s",
        "+1s",       "1d",   "1x",  "1s ",  " 1s",
        "1.2.3s",    ".s",   "1 s", "1e3s", "9999999999999999999h",
        "99999999h", "0x1s", "1s1",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        int64_t ns = -1;
        if (go_duration_parse(str_from(texts[i]), &ns))
            fail_msg("%s gave %lld", texts[i], (long long)ns);
        assert_int_equal(ns, -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_with_units_are_added),
        cmocka_unit_test(test_everything_else_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
