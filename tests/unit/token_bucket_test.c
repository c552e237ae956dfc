/* token_bucket_test.c - a burst, then one each interval. */
#include "check.h"

#include "web/token_bucket.h"

#define SECOND_NS INT64_C(1000000000)

static size_t taken(struct token_bucket *bucket, uint64_t burst, double now_s)
{
    size_t count = 0;

    while (count < 1000 && token_bucket_take(bucket, SECOND_NS, burst, now_s))
        count++;
    return count;
}

static void test_a_burst_and_then_one_each_interval(void **state)
{
    struct token_bucket bucket = {0};

    (void)state;
    assert_int_equal(taken(&bucket, 3, 100), 3);
    assert_int_equal(taken(&bucket, 3, 100.5), 0);
    assert_int_equal(taken(&bucket, 3, 101.25), 1);
    assert_int_equal(taken(&bucket, 3, 102), 1); /* the quarter was kept */
    assert_int_equal(taken(&bucket, 3, 1000), 3);
}

static void test_no_interval_is_no_limit(void **state)
{
    struct token_bucket bucket = {0};

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_true(token_bucket_take(&bucket, 0, 0, 1));
}

static void test_a_smaller_burst_holds_at_once(void **state)
{
    struct token_bucket bucket = {0};

    (void)state;
    assert_true(token_bucket_take(&bucket, SECOND_NS, 100, 1));
    assert_int_equal(taken(&bucket, 2, 1), 2);
}

static void test_a_clock_that_stands_gives_nothing(void **state)
{
    struct token_bucket bucket = {0};

    (void)state;
    assert_int_equal(taken(&bucket, 2, 50), 2);
    assert_int_equal(taken(&bucket, 2, 49), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_burst_and_then_one_each_interval),
        cmocka_unit_test(test_no_interval_is_no_limit),
        cmocka_unit_test(test_a_smaller_burst_holds_at_once),
        cmocka_unit_test(test_a_clock_that_stands_gives_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
