/* json_repair_test.c - what Python writes and jansson refuses is mended, the rest stays.
 */
#include "check.h"

#include <jansson.h>
#include <string.h>

#include "source/json_parse.h"
#include "source/json_repair.h"

struct repair_case {
    const char *intent;
    struct str text;
    const char *mended; /* NULL: as it was */
};

#define DIGITS_40 "1234567890123456789012345678901234567890"
#define DIGITS_400                                                                       \
    DIGITS_40 DIGITS_40 DIGITS_40 DIGITS_40 DIGITS_40 DIGITS_40 DIGITS_40 DIGITS_40      \
        DIGITS_40 DIGITS_40

static const struct repair_case cases[] = {
    {"nothing", STR(""), NULL},
    {"a plain object", STR("{\"a\": 1, \"b\": [true, null, -2.5e3]}"), NULL},
    {"NaN", STR("{\"a\": NaN}"), "{\"a\": null}"},
    {"Infinity", STR("[Infinity,-Infinity]"), "[null,null]"},
    {"NaN at the very end", STR("NaN"), "null"},
    {"NaN in a string", STR("[\"NaN\", \"a NaN b\"]"), NULL},
    {"a longer word", STR("[NaNo, nan, -NaN, Infinit]"), NULL},
    {"beyond double", STR("[1e400, -1e400, 1E+999999999]"), "[null, null, null]"},
    {"below double", STR("[1e-400, 5e-324]"), NULL},
    {"the largest double", STR("[1.7976931348623157e308]"), NULL},
    {"just beyond it", STR("[1.7976931348623159e308]"), "[null]"},
    {"integers of 64 bits and more",
     STR("[18446744073709551615, 1180591620717411303424]"), NULL},
    {"an integer of 400 digits", STR("[" DIGITS_400 "]"), "[null]"},
    {"a fraction of 400 digits", STR("[0." DIGITS_400 "]"), NULL},
    {"a number that is none", STR("[1e400x, 1e400e5, 0x1p99999, --1e999]"), NULL},
    {"escapes", STR("\"\\\" \\\\ \\n \\u00e9 \\\\\""), NULL},
    {"a pair of surrogates", STR("\"\\ud83d\\ude90\""), NULL},
    {"a lone high surrogate", STR("\"\\ud83d!\""), "\"\\ufffd!\""},
    {"a lone low surrogate", STR("\"\\uDE90\""), "\"\\ufffd\""},
    {"two high ones", STR("\"\\ud83d\\ud83d\\ude90\""), "\"\\ufffd\\ud83d\\ude90\""},
    {"a pair the wrong way round", STR("\"\\ude90\\ud83d\""), "\"\\ufffd\\ufffd\""},
    {"an escaped backslash before u", STR("\"\\\\ud83d\""), NULL},
    {"a cut escape", STR("\"\\ud8"), NULL},
    {"a cut string", STR("{\"a\": \"b"), NULL},
    {"a backslash at the end", STR("\"\\"), NULL},
    {"UTF-8", STR("\"\xc3\xa9 \xf0\x9f\x9a\x90\""), NULL},
    {"broken UTF-8", STR("\"a\xff\"\xff"), "\"a\xef\xbf\xbd\"\xff"},
    {"a character cut by the quote", STR("\"\xe2\x82\""), "\"\xef\xbf\xbd\""},
    {"a surrogate in UTF-8", STR("\"\xed\xa0\x80\""), "\"\xef\xbf\xbd\""},
    {"a broken byte behind a backslash", STR("\"\\\xff\""), "\"\\\xef\xbf\xbd\""},
    {"a NUL byte outside a string", STR("[1\0,2]"), NULL},
    {"control bytes in a string", STR("\"\x01\t\n\r\x1f\0\x7f\""),
     "\"\xef\xbf\xbd\\t\\n\\r\xef\xbf\xbd\xef\xbf\xbd\x7f\""},
    {"an escaped NUL", STR("{\"a\\u0000\": \"\\u0000b\"}"),
     "{\"a\\ufffd\": \"\\ufffdb\"}"},
};

static void mends_what_python_writes_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_new(cases[i].text.n * JSON_REPAIR_GROWTH + 64);
        struct str expected = cases[i].mended ? str_from(cases[i].mended) : cases[i].text;
        (void)json_repair(cases[i].text, &out);
        if (out.failed || !str_equal(buf_str(&out), expected))
            fail_msg("%s: got %.*s", cases[i].intent, STR_ARG(buf_str(&out)));
        buf_free(&out);
    }
}

static void a_mended_text_is_mended_already(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf once = buf_new(4096);
        struct buf twice = buf_new(4096);
        (void)json_repair(cases[i].text, &once);
        (void)json_repair(buf_str(&once), &twice);
        assert_true(str_equal(buf_str(&once), buf_str(&twice)));
        buf_free(&once);
        buf_free(&twice);
    }
}

static void measures_depth_and_values(void **state)
{
    static const struct {
        struct str text;
        size_t depth;
        size_t values;
    } shapes[] = {
        {STR("1"), 0, 1},
        {STR("[]"), 1, 2},
        {STR("{\"a\": [1, 2, {\"b\": 3}]}"), 3, 6},
        {STR("[\"[[[[,,,,\"]"), 1, 2},
        {STR("]]]][["), 2, 3},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        struct buf out = buf_new(4096);
        struct json_shape shape = json_repair(shapes[i].text, &out);
        assert_int_equal(shape.depth, shapes[i].depth);
        assert_int_equal(shape.values, shapes[i].values);
        buf_free(&out);
    }
}

static void a_full_output_is_told_not_overrun(void **state)
{
    struct buf out = buf_new(8);

    (void)state;
    (void)json_repair(STR_OF("[\"\xff\xff\xff\xff\xff\", 1e999]"), &out);
    assert_true(out.failed);
    assert_true(out.n <= 8);
    buf_free(&out);
}

/* ---- json_parse ---- */

static enum err parse(struct str text, struct error *error)
{
    struct buf scratch = buf_new(JSON_SCRATCH_MAX);
    json_t *json = NULL;
    enum err outcome = json_parse(text, &scratch, &json, error);

    json_decref(json);
    buf_free(&scratch);
    return outcome;
}

static void repeat(struct buf *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_add_text(out, text);
}

static void one_bad_token_does_not_cost_the_document(void **state)
{
    struct error error;

    (void)state;
    assert_int_equal(
        parse(STR_OF("{\"a\": NaN, \"b\": \"\xff\\ud800\", \"c\": 1e999}"), &error),
        ERR_OK);
}

static void a_cut_text_is_refused_without_being_quoted(void **state)
{
    const struct str text = STR("{\"Password\": \"sesame\", \"b\": tru");
    struct error error;

    (void)state;
    for (size_t n = 0; n <= text.n; n++) {
        assert_int_equal(parse((struct str){text.p, n}, &error), ERR_MALFORMED);
        assert_null(strstr(error.text, "sesame"));
    }
}

static void a_deep_text_is_refused_before_it_costs_stack(void **state)
{
    struct error error;
    struct buf text = buf_new(LIMIT_ANSWER_BYTES);

    (void)state;
    repeat(&text, "[", JSON_DEPTH_MAX);
    repeat(&text, "]", JSON_DEPTH_MAX);
    assert_int_equal(parse(buf_str(&text), &error), ERR_OK);
    buf_clear(&text);
    repeat(&text, "{\"a\":", 100000);
    assert_int_equal(parse(buf_str(&text), &error), ERR_MALFORMED);
    buf_free(&text);
}

static void a_text_of_very_many_values_is_refused(void **state)
{
    struct error error;
    struct buf text = buf_new(LIMIT_ANSWER_BYTES);

    (void)state;
    buf_add_text(&text, "[1");
    repeat(&text, ",[]", JSON_VALUES_MAX);
    buf_add_text(&text, "]");
    assert_int_equal(parse(buf_str(&text), &error), ERR_TOO_LARGE);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mends_what_python_writes_and_nothing_else),
        cmocka_unit_test(a_mended_text_is_mended_already),
        cmocka_unit_test(measures_depth_and_values),
        cmocka_unit_test(a_full_output_is_told_not_overrun),
        cmocka_unit_test(one_bad_token_does_not_cost_the_document),
        cmocka_unit_test(a_cut_text_is_refused_without_being_quoted),
        cmocka_unit_test(a_deep_text_is_refused_before_it_costs_stack),
        cmocka_unit_test(a_text_of_very_many_values_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
