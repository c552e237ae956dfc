/* full_publish_test.c - what goes, and what stays, when the station names all it has. */
#include "check.h"

#include "cache_input.h"

static void name_station(void **state, size_t tanks)
{
    char instance[NAME_MAX_BYTES];

    (void)put_number(state, "system", "0", "/Dc/Battery/Soc", 81);
    for (size_t i = 0; i < tanks; i++) {
        (void)snprintf(instance, sizeof instance, "%zu", i);
        (void)put_number(state, "tank", instance, "/Level", 1);
    }
}

static bool publish(void **state, size_t tanks, enum full_end end)
{
    reading_cache_begin_full(*state);
    name_station(state, tanks);
    return reading_cache_end_full(*state, end);
}

static void a_place_goes_when_two_complete_sets_did_not_name_it(void **state)
{
    assert_true(publish(state, 20, FULL_ANSWERED));
    assert_true(publish(state, 19, FULL_ANSWERED));
    assert_int_equal(count_devices(state), 21);
    assert_true(publish(state, 19, FULL_ANSWERED));
    assert_int_equal(count_devices(state), 20);
}

static void a_change_between_two_sets_keeps_a_place(void **state)
{
    assert_true(publish(state, 20, FULL_ANSWERED));
    for (size_t i = 0; i < 5; i++) {
        assert_true(publish(state, 19, FULL_ANSWERED));
        (void)put_number(state, "tank", "19", "/Level", 2);
    }
    assert_int_equal(count_devices(state), 21);
}

static void an_incomplete_set_sweeps_nothing(void **state)
{
    assert_true(publish(state, 100, FULL_ANSWERED));
    for (size_t i = 0; i < 3; i++) {
        assert_false(publish(state, i * 10, FULL_COMPLETED));
        assert_false(publish(state, i * 10, FULL_OVERDUE));
    }
    assert_int_equal(count_devices(state), 101);
}

static void a_set_without_system_is_incomplete(void **state)
{
    reading_cache_begin_full(*state);
    (void)put_number(state, "tank", "1", "/Level", 1);
    (void)put_number(state, "system", "0", "/Serial", 1); /* sent whatever happens */
    assert_false(reading_cache_end_full(*state, FULL_ANSWERED));
}

/* Right after its start the broker answers before it knows anything. */
static void a_completion_with_nothing_before_it_means_nothing(void **state)
{
    assert_true(publish(state, 20, FULL_ANSWERED));
    for (size_t i = 0; i < 3; i++) {
        reading_cache_begin_full(*state);
        assert_false(reading_cache_end_full(*state, FULL_ANSWERED));
    }
    assert_int_equal(count_devices(state), 21);
    assert_true(publish(state, 20, FULL_ANSWERED));
}

static void another_clients_completion_does_not_end_our_set(void **state)
{
    assert_true(publish(state, 20, FULL_ANSWERED));
    reading_cache_begin_full(*state);
    name_station(state, 3);
    assert_false(reading_cache_end_full(*state, FULL_COMPLETED));
    name_station(state, 20);
    assert_true(reading_cache_end_full(*state, FULL_ANSWERED));
    assert_false(reading_cache_end_full(*state, FULL_COMPLETED)); /* none under way */
}

static void a_lost_completion_of_a_whole_set_does_not_matter(void **state)
{
    assert_true(publish(state, 20, FULL_ANSWERED));
    assert_true(publish(state, 19, FULL_OVERDUE));
    assert_true(publish(state, 19, FULL_OVERDUE));
    assert_int_equal(count_devices(state), 20);
}

static void a_much_smaller_station_is_believed_the_second_time(void **state)
{
    assert_true(publish(state, 100, FULL_ANSWERED));
    assert_false(publish(state, 50, FULL_ANSWERED));
    assert_int_equal(count_devices(state), 101);
    assert_true(publish(state, 50, FULL_ANSWERED));
    assert_int_equal(count_devices(state), 51);
}

/* The GX boots: it answers before it has found all its devices again. */
static void a_growing_station_loses_nothing(void **state)
{
    assert_true(publish(state, 100, FULL_ANSWERED));
    assert_false(publish(state, 50, FULL_ANSWERED));
    assert_true(publish(state, 100, FULL_ANSWERED));
    assert_int_equal(count_devices(state), 101);
}

static void what_left_by_itself_is_not_expected_any_more(void **state)
{
    char instance[NAME_MAX_BYTES];

    assert_true(publish(state, 100, FULL_ANSWERED));
    for (size_t i = 50; i < 100; i++) {
        (void)snprintf(instance, sizeof instance, "%zu", i);
        remove_at(state, "tank", instance, "/Level");
    }
    assert_true(publish(state, 50, FULL_ANSWERED));
}

static void coming_and_going_does_not_lower_what_is_expected(void **state)
{
    assert_true(publish(state, 20, FULL_ANSWERED));
    for (size_t i = 0; i < 100; i++) {
        (void)put_number(state, "switch", "1", "/State", 1);
        remove_at(state, "switch", "1", "/State");
    }
    assert_false(publish(state, 3, FULL_ANSWERED));
}

static void forgetting_forgets_all(void **state)
{
    assert_true(publish(state, 100, FULL_ANSWERED));
    reading_cache_clear(*state);
    assert_int_equal(count_devices(state), 0);
    assert_true(publish(state, 3, FULL_ANSWERED));
    assert_int_equal(count_devices(state), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CACHE_TEST(a_place_goes_when_two_complete_sets_did_not_name_it),
        CACHE_TEST(a_change_between_two_sets_keeps_a_place),
        CACHE_TEST(an_incomplete_set_sweeps_nothing),
        CACHE_TEST(a_set_without_system_is_incomplete),
        CACHE_TEST(a_completion_with_nothing_before_it_means_nothing),
        CACHE_TEST(another_clients_completion_does_not_end_our_set),
        CACHE_TEST(a_lost_completion_of_a_whole_set_does_not_matter),
        CACHE_TEST(a_much_smaller_station_is_believed_the_second_time),
        CACHE_TEST(a_growing_station_loses_nothing),
        CACHE_TEST(what_left_by_itself_is_not_expected_any_more),
        CACHE_TEST(coming_and_going_does_not_lower_what_is_expected),
        CACHE_TEST(forgetting_forgets_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
