/* help_test.c - --help, docs and manual page tell every option, readably. */
#include "check.h"

#include "base/utf8.h"
#include "config/config.h"
#include "config/options.h"

#define TEXT_MAX ((size_t)256 * 1024)
#define COLUMNS 100

static size_t count_characters(struct str line)
{
    size_t n = 0;

    for (; line.n; line = str_skip(line, utf8_character(line)))
        n++;
    return n;
}

static size_t count_of(struct str text, struct str part)
{
    size_t n = 0;

    for (; text.n; text = str_skip(text, 1))
        n += str_starts_with(text, part);
    return n;
}

static void help_fits_a_hundred_columns(void **state)
{
    struct buf help = buf_new(TEXT_MAX);
    (void)state;

    config_help(&help);
    assert_false(help.failed);
    assert_true(utf8_is_valid(buf_str(&help)));
    struct str rest = buf_str(&help);
    while (rest.n) {
        struct str line = str_cut(&rest, '\n');
        if (count_characters(line) > COLUMNS || str_ends_with(line, STR_OF(" ")))
            fail_msg("\"%.*s\"", STR_ARG(line));
    }
    buf_free(&help);
}

static void help_tells_every_option_with_its_default(void **state)
{
    struct buf help = buf_new(TEXT_MAX);
    (void)state;

    config_help(&help);
    for (size_t i = 0; i < option_count; i++) {
        const struct option *option = &option_table[i];
        struct buf line = buf_new(TEXT_MAX);
        buf_printf(&line, "\n  --%.*s%s%s ", STR_ARG(option->name),
                   option->argument ? "=" : "", option->argument ? option->argument : "");
        if (count_of(buf_str(&help), buf_str(&line)) != 1)
            fail_msg("no line for --%s", option->name.p);
        buf_free(&line);
    }
    assert_true(str_contains(buf_str(&help), STR_OF("(default: 500ms)")));
    assert_true(str_contains(buf_str(&help), STR_OF("(default: :10088)")));
    buf_free(&help);
}

static void help_begins_with_the_usage(void **state)
{
    struct buf help = buf_new(TEXT_MAX);
    (void)state;

    config_help(&help);
    assert_true(str_starts_with(buf_str(&help),
                                STR_OF("usage: victron_exporter --station.url=URL")));
    buf_free(&help);
}

/* A bar inside a cell must be escaped, or the row has one cell too many. */
static void every_row_of_the_markdown_has_four_cells(void **state)
{
    struct buf markdown = buf_new(TEXT_MAX);
    size_t rows = 0;
    (void)state;

    config_help_markdown(&markdown);
    struct str rest = buf_str(&markdown);
    while (rest.n) {
        struct str line = str_cut(&rest, '\n');
        if (!str_starts_with(line, STR_OF("| `--")))
            continue;
        rows++;
        assert_int_equal(count_of(line, STR_OF("|")) - count_of(line, STR_OF("\\|")), 5);
    }
    assert_int_equal(rows, option_count);
    buf_free(&markdown);
}

static void markdown_names_the_variables_but_not_for_actions(void **state)
{
    struct buf markdown = buf_new(TEXT_MAX);
    (void)state;

    config_help_markdown(&markdown);
    for (size_t i = 0; i < option_count; i++) {
        char variable[OPTION_VARIABLE_MAX];
        option_variable(&option_table[i], variable);
        struct buf cell = buf_new(TEXT_MAX);
        buf_printf(&cell, "`%s`", variable);
        assert_int_equal(count_of(buf_str(&markdown), buf_str(&cell)),
                         option_is_action(&option_table[i]) ? 0 : 1);
        buf_free(&cell);
    }
    buf_free(&markdown);
}

static void manual_page_has_an_entry_for_each_option(void **state)
{
    struct buf man = buf_new(TEXT_MAX);
    (void)state;

    config_help_man(&man);
    assert_int_equal(count_of(buf_str(&man), STR_OF("\n.TP\n\\fB\\-\\-")), option_count);
    assert_true(
        str_contains(buf_str(&man), STR_OF("\\fB\\-\\-scrape.timeout\\-offset\\fR="
                                           "\\fIDURATION\\fR\n")));
    buf_free(&man);
}

static void manual_page_has_no_macro_by_accident(void **state)
{
    static const struct str macros[] = {
        STR(".TH "), STR(".nh"), STR(".ad l"), STR(".SH "), STR(".SS "),
        STR(".TP"),  STR(".PP"), STR(".nf"),   STR(".fi"),  STR(".B "),
        STR(".BR "), STR(".I "), STR(".IR "),
    };
    struct buf man = buf_new(TEXT_MAX);
    (void)state;

    config_help_man(&man);
    struct str rest = buf_str(&man);
    while (rest.n) {
        struct str line = str_cut(&rest, '\n');
        bool is_meant = false;
        for (size_t i = 0; i < COUNT(macros); i++)
            is_meant = is_meant || str_starts_with(line, macros[i]);
        if (!is_meant &&
            (str_starts_with(line, STR_OF(".")) || str_starts_with(line, STR_OF("'"))))
            fail_msg("\"%.*s\"", STR_ARG(line));
    }
    buf_free(&man);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_fits_a_hundred_columns),
        cmocka_unit_test(help_tells_every_option_with_its_default),
        cmocka_unit_test(help_begins_with_the_usage),
        cmocka_unit_test(every_row_of_the_markdown_has_four_cells),
        cmocka_unit_test(markdown_names_the_variables_but_not_for_actions),
        cmocka_unit_test(manual_page_has_an_entry_for_each_option),
        cmocka_unit_test(manual_page_has_no_macro_by_accident),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
