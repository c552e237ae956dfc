/* json_value_test.c - absent is a value of its own, never 0. */
#include "check.h"

#include <jansson.h>

#include "source/json_value.h"

struct value_case {
    const char *json;
    enum value_kind kind;
    double number;
    struct str text;
};

static const struct value_case cases[] = {
    {"null", VALUE_NONE, 0, STR("")},
    {"[]", VALUE_NONE, 0, STR("")},
    {"true", VALUE_NUMBER, 1, STR("")},
    {"false", VALUE_NUMBER, 0, STR("")},
    {"0", VALUE_NUMBER, 0, STR("")},
    {"-0.5", VALUE_NUMBER, -0.5, STR("")},
    {"81", VALUE_NUMBER, 81, STR("")},
    {"18446744073709551615", VALUE_NUMBER, 18446744073709551615.0, STR("")},
    {"1180591620717411303424", VALUE_NUMBER, 0x1p70, STR("")},
    {"\"\"", VALUE_TEXT, 0, STR("")},
    {"\"0101\"", VALUE_TEXT, 0, STR("0101")},
    {"\"a\\u0000b\"", VALUE_TEXT, 0, STR("a\0b")},
    {"\"\\ud83d\\ude90\"", VALUE_TEXT, 0, STR("\xf0\x9f\x9a\x90")},
    {"{}", VALUE_JSON, 0, STR("{}")},
    {"[\"a\", null]", VALUE_JSON, 0, STR("[\"a\",null]")},
    {"[{\"interface\": \"can0\", \"on\": true}]", VALUE_JSON, 0,
     STR("[{\"interface\":\"can0\",\"on\":true}]")},
};

static json_t *load(const char *text)
{
    json_t *json = json_loads(
        text, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);

    assert_non_null(json);
    return json;
}

static void each_kind_of_json_is_the_right_kind_of_value(void **state)
{
    struct buf scratch = buf_new(1024);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *json = load(cases[i].json);
        struct value value = json_value(json, &scratch);
        if (value.kind != cases[i].kind || value.number != cases[i].number ||
            !str_equal(value.text, cases[i].text))
            fail_msg("%s: kind %d, number %g, text %.*s", cases[i].json, (int)value.kind,
                     value.number, STR_ARG(value.text));
        assert_false(scratch.failed);
        json_decref(json);
    }
    buf_free(&scratch);
}

static void a_number_in_a_structure_reads_back_equal(void **state)
{
    struct buf scratch = buf_new(1024);
    json_t *json = load("[0.1, 22.9, 5e-324, 1.7976931348623157e308]");

    (void)state;
    struct value value = json_value(json, &scratch);
    json_t *again = json_loadb(value.text.p, value.text.n, 0, NULL);
    assert_int_equal(json_equal(json, again), 1);
    json_decref(again);
    json_decref(json);
    buf_free(&scratch);
}

static void a_structure_too_large_for_the_scratch_is_told(void **state)
{
    struct buf scratch = buf_new(8);
    json_t *large = load("[\"0123456789\"]");
    json_t *small = load("[1]");

    (void)state;
    assert_int_equal(json_value(large, &scratch).kind, VALUE_NONE);
    assert_true(scratch.failed);
    assert_int_equal(json_value(small, &scratch).kind, VALUE_JSON);
    assert_false(scratch.failed);
    json_decref(small);
    json_decref(large);
    buf_free(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_json_is_the_right_kind_of_value),
        cmocka_unit_test(a_number_in_a_structure_reads_back_equal),
        cmocka_unit_test(a_structure_too_large_for_the_scratch_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
