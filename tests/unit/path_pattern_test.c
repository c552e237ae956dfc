/* path_pattern_test.c - which paths a pattern fits, what it captures, which one wins. */
#include "check.h"

#include "base/arena.h"
#include "map/path_pattern.h"

#define ARENA_MAX ((size_t)64 * 1024)

static struct path_pattern parsed(const char *text)
{
    struct path_pattern pattern = {0};
    struct error error = {0};

    if (path_pattern_parse(str_from(text), &pattern, &error) != ERR_OK)
        fail_msg("%s: %s", text, error.text);
    return pattern;
}

static void captures_what_stands_in_its_place(void **state)
{
    static const struct {
        const char *pattern, *path;
        const char *captures; /* NULL: does not fit */
    } cases[] = {
        {"/Soc", "/Soc", ""},
        {"/Soc", "/Soc2", NULL},
        {"/Soc", "/Soc/", NULL},
        {"/Soc", "Soc", NULL},
        {"/Soc", "", NULL},
        {"/Soc", "/", NULL},
        {"/Soc", "//Soc", NULL},
        {"/Dc/0/Voltage", "/Dc/0", NULL},
        {"/Dc/0", "/Dc/0/Voltage", NULL},
        {"/Pv/{tracker}/P", "/Pv/0/P", "tracker=0 "},
        {"/Pv/{tracker}/P", "/Pv//P", NULL},
        {"/Pv/{tracker}/P", "/Pv/0/1/P", NULL},
        {"/Ac/L{phase}/Power", "/Ac/L2/Power", "phase=L2 "},
        {"/Ac/{phase}/Power", "/Ac/L2/Power", "phase=L2 "},
        {"/Ac/L{phase}/Power", "/Ac/N/Power", NULL},
        {"/Ac/L{phase}/Power", "/Ac/L/Power", NULL},
        {"/Cell{cell}Volts", "/Cell12Volts", "cell=12 "},
        {"/Cell{cell}Volts", "/CellVolts", NULL},
        {"/Cell{cell}Volts", "/Cell1Volt", NULL},
        {"/L{line}", "/L1", "line=1 "},
        {"/Error/{_n}/Id", "/Error/3/Id", "_n=3 "},
        {"/{a}/{b}", "/x y/z\"", "a=x y b=z\" "},
        {"/{a}", "/{a}", "a={a} "},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = arena_new(ARENA_MAX);
        struct path_pattern pattern = parsed(cases[i].pattern);
        struct path_captures captures;
        struct str line = STR("");
        bool fits = path_pattern_match(&pattern, str_from(cases[i].path), &captures);
        if (fits != (cases[i].captures != NULL))
            fail_msg("%s against %s: %d", cases[i].pattern, cases[i].path, fits);
        for (size_t k = 0; fits && k < captures.count; k++)
            line = arena_printf(&arena, "%.*s%.*s=%.*s ", STR_ARG(line),
                                STR_ARG(captures.names[k]), STR_ARG(captures.values[k]));
        if (fits)
            check_str(line, cases[i].captures);
        arena_free(&arena);
    }
}

static void says_what_is_wrong_with_a_pattern(void **state)
{
    static const struct {
        const char *pattern, *sentence;
    } cases[] = {
        {"", "does not begin with a slash"},
        {"Soc", "does not begin with a slash"},
        {"/", "ends with a slash"},
        {"/Soc/", "ends with a slash"},
        {"/Dc//Voltage", "empty segment"},
        {"/{a}{b}", "one {name} is allowed"},
        {"/{a", "one {name} is allowed"},
        {"/a}", "one {name} is allowed"},
        {"/{a}}", "one {name} is allowed"},
        {"/x{", "one {name} is allowed"},
        {"/{}", "placeholder {}"},
        {"/{_}", "placeholder {_}"},
        {"/{1a}", "placeholder {1a}"},
        {"/{Phase}", "placeholder {Phase}"},
        {"/{a b}", "placeholder {a b}"},
        {"/{a}/{a}", "stands twice"},
        {"/{a}/{b}/{c}/{d}/{e}", "more than 4 placeholders"},
        {"/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", "more than 16 segments"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct path_pattern pattern;
        struct error error = {0};
        enum err outcome =
            path_pattern_parse(str_from(cases[i].pattern), &pattern, &error);
        if (outcome != ERR_USAGE ||
            !str_contains(str_from(error.text), str_from(cases[i].sentence)))
            fail_msg("%s: %d \"%s\"", cases[i].pattern, outcome, error.text);
    }
}

static void tries_the_more_literal_one_first(void **state)
{
    static const char *const sorted[] = {
        "/Alarms/High/State", "/Alarms/Low/State", "/Alarms/High", "/Alarms/{a}",
        "/{a}/State",         "/Alarms{a}",        "/{a}",         "/{a}/{b}",
    };
    struct path_pattern patterns[COUNT(sorted)];
    (void)state;

    for (size_t i = 0; i < COUNT(sorted); i++)
        patterns[i] = parsed(sorted[i]);
    for (size_t i = 0; i < COUNT(sorted); i++)
        for (size_t k = 0; k < COUNT(sorted); k++) {
            int order = path_pattern_compare(&patterns[i], &patterns[k]);
            if ((order > 0) - (order < 0) != (i > k) - (i < k))
                fail_msg("%s against %s: %d", sorted[i], sorted[k], order);
        }
}

static void takes_no_notice_of_what_placeholders_are_called(void **state)
{
    struct path_pattern a = parsed("/Pv/{tracker}/P");
    struct path_pattern b = parsed("/Pv/{_n}/P");
    (void)state;

    assert_int_equal(path_pattern_compare(&a, &b), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captures_what_stands_in_its_place),
        cmocka_unit_test(says_what_is_wrong_with_a_pattern),
        cmocka_unit_test(tries_the_more_literal_one_first),
        cmocka_unit_test(takes_no_notice_of_what_placeholders_are_called),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
