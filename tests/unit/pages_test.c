/* pages_test.c - the table of routes, and who else knows their paths */
#include "check.h"

#include "config/config.h"
#include "config/option_check.h"
#include "exporter.h"
#include "pages/pages.h"

/* A route behind it would never run. */
static void no_page_can_be_hidden_by_the_telemetry_path(void **state)
{
    const struct config config = {.telemetry_path = STR("/metrics"),
                                  .web_enable_lifecycle = true};
    struct exporter exporter = {.config = &config};
    struct route routes[PAGES_MAX];
    size_t count = pages_routes(&exporter, routes);

    (void)state;
    assert_true(count > 1);
    assert_string_equal(routes[0].path, "/metrics");
    for (size_t i = 1; i < count; i++)
        if (option_check_telemetry_path(str_from(routes[i].path), NULL) == ERR_OK)
            fail_msg("--web.telemetry-path=%s hides a page", routes[i].path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_page_can_be_hidden_by_the_telemetry_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
