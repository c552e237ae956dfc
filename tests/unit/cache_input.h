/* cache_input.h - a reading cache for a test, and short words to fill and look into it.
 */
#ifndef TESTS_UNIT_CACHE_INPUT_H
#define TESTS_UNIT_CACHE_INPUT_H

#include <stdio.h>

#include "check.h"
#include "model/limits.h"
#include "model/report.h"
#include "source/reading_cache.h"

#define NOW 1700000000.0
#define NAME_MAX_BYTES 64

static inline int open_cache(void **state)
{
    *state = reading_cache_new();
    return *state ? 0 : -1;
}

static inline int close_cache(void **state)
{
    reading_cache_free(*state);
    return 0;
}

static inline struct reading_place place_at(const char *device, const char *instance,
                                            const char *path)
{
    return (struct reading_place){str_from(device), str_from(instance), str_from(path)};
}

static inline bool put_number(void **state, const char *device, const char *instance,
                              const char *path, double number)
{
    struct reading_place place = place_at(device, instance, path);
    struct value value = {.kind = VALUE_NUMBER, .number = number};

    return reading_cache_put(*state, &place, &value, NOW);
}

static inline bool put_text(void **state, const char *path, struct str text)
{
    struct reading_place place = place_at("battery", "512", path);
    struct value value = {.kind = VALUE_TEXT, .text = text};

    return reading_cache_put(*state, &place, &value, NOW);
}

static inline void remove_at(void **state, const char *device, const char *instance,
                             const char *path)
{
    struct reading_place place = place_at(device, instance, path);

    reading_cache_remove(*state, &place, NOW);
}

/* The device in the slot, checked to be that one with that many readings; or none. */
static inline struct report *report_in(void **state, size_t slot, const char *device,
                                       size_t readings)
{
    struct report *report = reading_cache_report(*state, slot);

    assert_non_null(report);
    check_str(report->device, device);
    assert_int_equal(report->reading_count, readings);
    return report;
}

static inline void check_device(void **state, size_t slot, const char *device,
                                size_t readings)
{
    report_release(report_in(state, slot, device, readings));
}

static inline void check_free(void **state, size_t slot)
{
    assert_null(reading_cache_report(*state, slot));
}

static inline size_t count_devices(void **state)
{
    size_t count = 0;

    for (size_t slot = 0; slot < LIMIT_SERVICES; slot++) {
        struct report *report = reading_cache_report(*state, slot);
        count += report != NULL;
        report_release(report);
    }
    return count;
}

#define CACHE_TEST(name) cmocka_unit_test_setup_teardown(name, open_cache, close_cache)

#endif
