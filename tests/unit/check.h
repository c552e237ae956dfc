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
#define check_str(actual, expected) check_str_at(actual, expected, __FILE__, __LINE__)

static inline void check_str_at(struct str actual, const char *expected, const char *file,
                                int line)
{
    if (str_equal(actual, str_from(expected)))
        return;
    print_error("got \"%.*s\", want \"%s\"\n", STR_ARG(actual), expected);
    _fail(file, line);
}

#endif
