/* buf_test.c - what is left of a buffer in memory that was given back */
#include "check.h"

#include <string.h>

#include "base/buf.h"

#define SECRET "correct horse battery staple"

void __real_free(void *memory);
void __wrap_free(void *memory);

static const char *watched; /* memory whose content at its end is of interest */
static char left[sizeof SECRET];

void __wrap_free(void *memory)
{
    if (memory && memory == watched)
        memcpy(left, memory, sizeof SECRET - 1);
    __real_free(memory);
}

static struct buf secret_buf(void)
{
    struct buf buf = buf_new(100);

    buf_add_text(&buf, SECRET);
    watched = buf.p;
    memset(left, 0, sizeof left);
    return buf;
}

static void a_buffer_that_is_wiped_leaves_nothing(void **state)
{
    static const char nothing[sizeof SECRET];
    struct buf buf = secret_buf();

    (void)state;
    buf.n = 3; /* also what stood behind its end */
    buf_wipe(&buf);
    assert_memory_equal(left, nothing, sizeof left);
    assert_null(buf.p);
    buf_wipe(&buf);
}

/* Else the test above would prove nothing. */
static void another_buffer_leaves_all(void **state)
{
    struct buf buf = secret_buf();

    (void)state;
    buf_free(&buf);
    assert_string_equal(left, SECRET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_that_is_wiped_leaves_nothing),
        cmocka_unit_test(another_buffer_leaves_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
