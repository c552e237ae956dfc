/* check.h - cmocka and its includes in the order that it needs. */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Says both texts when they differ; the place is the caller's. */
#define check_str(actual, expected)                                                      \
    do {                                                                                 \
        const struct str actual_ = (actual);                                             \
        const struct str expected_ = str_from(expected);                                 \
        if (!str_equal(actual_, expected_))                                              \
            fail_msg("got \"%.*s\", want \"%.*s\"", STR_ARG(actual_),                    \
                     STR_ARG(expected_));                                                \
    } while (0)

#endif
