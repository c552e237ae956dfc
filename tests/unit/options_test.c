/* options_test.c - the table of options is whole, and its rows agree with one another. */
#include "check.h"

#include <string.h>

#include "config/option_value.h"
#include "config/options.h"

static void every_default_is_a_value_that_is_allowed(void **state)
{
    (void)state;

    for (size_t i = 0; i < option_count; i++) {
        struct config config = {.arena = arena_new(4096)};
        struct error error = {0};
        const struct option *option = &option_table[i];
        if (option->fallback.n &&
            option_set(option, option->fallback, &config, &error) != ERR_OK)
            fail_msg("--%s: %s", option->name.p, error.text);
        arena_free(&config.arena);
    }
}

static void names_and_variables_are_all_different(void **state)
{
    char one[OPTION_VARIABLE_MAX];
    char other[OPTION_VARIABLE_MAX];
    (void)state;

    for (size_t i = 0; i < option_count; i++) {
        assert_ptr_equal(option_find(option_table[i].name), &option_table[i]);
        option_variable(&option_table[i], one);
        for (size_t j = 0; j < i; j++) {
            option_variable(&option_table[j], other);
            assert_string_not_equal(one, other);
        }
    }
}

static void a_group_stands_together(void **state)
{
    (void)state;

    for (size_t i = 1; i < option_count; i++)
        assert_true(option_table[i - 1].group <= option_table[i].group);
    for (int group = 0; group < GROUP_END; group++)
        assert_non_null(option_group_title((enum option_group)group));
}

static void every_row_has_what_its_kind_needs(void **state)
{
    (void)state;

    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        bool takes_text = option->kind != OPTION_FLAG && option->kind != OPTION_ACTION;
        assert_int_equal(takes_text, option->argument != NULL);
        assert_int_equal(option->kind == OPTION_CHOICE, option->choices != NULL);
        assert_int_equal(option->kind == OPTION_DURATION ||
                             option->kind == OPTION_INTEGER,
                         option->max > option->min);
        assert_int_equal(option_is_action(option), option->action != ACTION_SERVE);
    }
}

static void variables_are_named_by_the_rule(void **state)
{
    static const struct {
        const char *name, *variable;
    } cases[] = {
        {"station.url", "VICTRON_EXPORTER_STATION_URL"},
        {"site", "VICTRON_EXPORTER_SITE"},
        {"scrape.timeout-offset", "VICTRON_EXPORTER_SCRAPE_TIMEOUT_OFFSET"},
        {"web.config.file", "VICTRON_EXPORTER_WEB_CONFIG_FILE"},
        {"mqtt.insecure-skip-verify", "VICTRON_EXPORTER_MQTT_INSECURE_SKIP_VERIFY"},
    };
    char variable[OPTION_VARIABLE_MAX];
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        option_variable(option_find(str_from(cases[i].name)), variable);
        assert_string_equal(variable, cases[i].variable);
    }
}

static void the_nearest_name_is_what_a_slip_meant(void **state)
{
    static const struct {
        const char *written, *meant;
    } cases[] = {
        {"station.ulr", "station.url"},
        {"station-url", "station.url"},
        {"sites", "site"},
        {"scrape.timout", "scrape.timeout"},
        {"web.listen-adress", "web.listen-address"},
        {"mqtt.password", "mqtt.password-file"},
        {"web.config-file", "web.config.file"},
        {"hlep", "help"},
        {"mqtt.pass", "mqtt.password-file"},
        {"mqtt", ""},
        {"collector.disable-defaults", ""},
        {"", ""},
        {"web.listen-address-web.listen-address-web.listen-address-web.listen-address",
         ""},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++)
        check_str(option_nearest(str_from(cases[i].written)), cases[i].meant);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_is_a_value_that_is_allowed),
        cmocka_unit_test(names_and_variables_are_all_different),
        cmocka_unit_test(a_group_stands_together),
        cmocka_unit_test(every_row_has_what_its_kind_needs),
        cmocka_unit_test(variables_are_named_by_the_rule),
        cmocka_unit_test(the_nearest_name_is_what_a_slip_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
