/* mqtt_rest_test.c - a trickle is read seldom, a flood without a pause. */
#include "check.h"

#include "source/mqtt_rest.h"

#define LONG_MS 60000

static int64_t due_after(struct mqtt_rest *rest, size_t found, bool is_all)
{
    mqtt_rest_plan(rest, found, is_all);
    return mqtt_rest_due_ms(rest, LONG_MS);
}

static void a_rest_doubles_as_long_as_few_messages_come(void **state)
{
    static const int64_t expected[] = {5, 10, 20, 40, 80, 160, 250, 250};
    struct mqtt_rest rest = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_int_equal(due_after(&rest, 3, true), expected[i]);
}

static void a_flood_is_read_on_and_begins_anew(void **state)
{
    struct mqtt_rest rest = {0};

    (void)state;
    for (int i = 0; i < 10; i++)
        (void)due_after(&rest, 3, true);
    assert_int_equal(due_after(&rest, 256, false), 0);
    assert_int_equal(due_after(&rest, 3, true), MQTT_REST_MIN_MS);
}

static void a_read_that_finds_nothing_is_no_reason_to_rest(void **state)
{
    struct mqtt_rest rest = {0};

    (void)state;
    assert_int_equal(due_after(&rest, 0, true), 0);
    assert_int_equal(due_after(&rest, 1, true), 5);
    assert_int_equal(due_after(&rest, 0, true), 0);
    assert_int_equal(due_after(&rest, 1, true), 10); /* it is still a trickle */
}

static void a_rest_ends_when_something_else_is_due(void **state)
{
    struct mqtt_rest rest = {0};

    (void)state;
    mqtt_rest_plan(&rest, 1, true);
    assert_int_equal(mqtt_rest_due_ms(&rest, 2), 2);
    assert_int_equal(mqtt_rest_due_ms(&rest, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rest_doubles_as_long_as_few_messages_come),
        cmocka_unit_test(a_flood_is_read_on_and_begins_anew),
        cmocka_unit_test(a_read_that_finds_nothing_is_no_reason_to_rest),
        cmocka_unit_test(a_rest_ends_when_something_else_is_due),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
