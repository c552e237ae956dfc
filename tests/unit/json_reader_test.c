/* json_reader_test.c - what Python writes and a parser of the standard refuses is mended,
 * everything else that is no JSON is refused; absent is a value of its own, never 0. */
#include "check.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "source/json_reader.h"

#define DIGITS_40 "1234567890123456789012345678901234567890"
#define DIGITS_400                                                                       \
    DIGITS_40 DIGITS_40 DIGITS_40 DIGITS_40 DIGITS_40 DIGITS_40 DIGITS_40 DIGITS_40      \
        DIGITS_40 DIGITS_40

#define OUT_MAX ((size_t)64 * 1024)

struct reader_input {
    struct json_reader reader;
    struct error error;
};

static struct reader_input reading(struct str text)
{
    struct reader_input input = {.reader = json_reader_new()};

    json_reader_start(&input.reader, text);
    return input;
}

static enum err end(struct reader_input *input)
{
    enum err outcome = json_reader_end(&input->reader, &input->error);

    json_reader_free(&input->reader);
    return outcome;
}

/* ---- values ---- */

static const struct value_case {
    struct str json;
    enum value_kind kind;
    double number;
    struct str text;
} values[] = {
    {STR("null"), VALUE_NONE, 0, STR("")},
    {STR("[]"), VALUE_NONE, 0, STR("")},
    {STR("[ \n ]"), VALUE_NONE, 0, STR("")},
    {STR("true"), VALUE_NUMBER, 1, STR("")},
    {STR("false"), VALUE_NUMBER, 0, STR("")},
    {STR("0"), VALUE_NUMBER, 0, STR("")},
    {STR("-0"), VALUE_NUMBER, 0, STR("")},
    {STR("-0.5"), VALUE_NUMBER, -0.5, STR("")},
    {STR("81"), VALUE_NUMBER, 81, STR("")},
    {STR("35.85"), VALUE_NUMBER, 35.85, STR("")},
    {STR("0.0000000000000000000001"), VALUE_NUMBER, 1e-22, STR("")},
    {STR("53.18000030517578"), VALUE_NUMBER, 53.18000030517578, STR("")},
    {STR("1e3"), VALUE_NUMBER, 1000, STR("")},
    {STR("-2.5E+3"), VALUE_NUMBER, -2500, STR("")},
    {STR("0e99999999999999999999"), VALUE_NUMBER, 0, STR("")},
    {STR("1e-99999999999999999999"), VALUE_NUMBER, 0, STR("")},
    {STR("5e-324"), VALUE_NUMBER, 5e-324, STR("")},
    {STR("18446744073709551615"), VALUE_NUMBER, 18446744073709551615.0, STR("")},
    {STR("1180591620717411303424"), VALUE_NUMBER, 0x1p70, STR("")},
    {STR("9007199254740993"), VALUE_NUMBER, 9007199254740992.0, STR("")},
    {STR("0." DIGITS_400), VALUE_NUMBER, 0.12345678901234568, STR("")},
    {STR("1.7976931348623157e308"), VALUE_NUMBER, 1.7976931348623157e308, STR("")},
    {STR("1.7976931348623159e308"), VALUE_NONE, 0, STR("")},
    {STR("1e400"), VALUE_NONE, 0, STR("")},
    {STR("-1E+999999999"), VALUE_NONE, 0, STR("")},
    {STR("1" DIGITS_400), VALUE_NONE, 0, STR("")},
    {STR("NaN"), VALUE_NONE, 0, STR("")},
    {STR("Infinity"), VALUE_NONE, 0, STR("")},
    {STR("-Infinity"), VALUE_NONE, 0, STR("")},
    {STR("\"\""), VALUE_TEXT, 0, STR("")},
    {STR("\"0101\""), VALUE_TEXT, 0, STR("0101")},
    {STR("\"a NaN b\""), VALUE_TEXT, 0, STR("a NaN b")},
    {STR("\"\\\" \\\\ \\/ \\b\\f\\n\\r\\t\""), VALUE_TEXT, 0, STR("\" \\ / \b\f\n\r\t")},
    {STR("\"\\u0041\\u00e9\\u20AC\""), VALUE_TEXT, 0, STR("A\xc3\xa9\xe2\x82\xac")},
    {STR("\"\\ud83d\\ude90\""), VALUE_TEXT, 0, STR("\xf0\x9f\x9a\x90")},
    {STR("\"\\ud83d!\""), VALUE_TEXT, 0, STR("\xef\xbf\xbd!")},
    {STR("\"\\uDE90\""), VALUE_TEXT, 0, STR("\xef\xbf\xbd")},
    {STR("\"\\ud83d\\ud83d\\ude90\""), VALUE_TEXT, 0,
     STR("\xef\xbf\xbd\xf0\x9f\x9a\x90")},
    {STR("\"\\ude90\\ud83d\""), VALUE_TEXT, 0, STR("\xef\xbf\xbd\xef\xbf\xbd")},
    {STR("\"\\ud83d\\u0041\""), VALUE_TEXT, 0,
     STR("\xef\xbf\xbd"
         "A")},
    {STR("\"\\\\ud83d\""), VALUE_TEXT, 0, STR("\\ud83d")},
    {STR("\"a\\u0000b\""), VALUE_TEXT, 0,
     STR("a\xef\xbf\xbd"
         "b")},
    {STR("\"\xc3\xa9 \xf0\x9f\x9a\x90\""), VALUE_TEXT, 0,
     STR("\xc3\xa9 \xf0\x9f\x9a\x90")},
    {STR("\"a\xff\""), VALUE_TEXT, 0, STR("a\xef\xbf\xbd")},
    {STR("\"\xe2\x82\""), VALUE_TEXT, 0, STR("\xef\xbf\xbd")},
    {STR("\"\xed\xa0\x80\""), VALUE_TEXT, 0, STR("\xef\xbf\xbd")},
    {STR("\"\x01\t\n\r\x1f\0\x7f\""), VALUE_TEXT, 0,
     STR("\xef\xbf\xbd\t\n\r\xef\xbf\xbd\xef\xbf\xbd\x7f")},
    {STR("{}"), VALUE_JSON, 0, STR("{}")},
    {STR("{ }"), VALUE_JSON, 0, STR("{}")},
    {STR("[[]]"), VALUE_JSON, 0, STR("[[]]")},
    {STR("[\"a\", null , 17, 1.50e3]"), VALUE_JSON, 0, STR("[\"a\",null,17,1.50e3]")},
    {STR("[{\"interface\": \"can0\",\n \"on\": true}, {}]"), VALUE_JSON, 0,
     STR("[{\"interface\":\"can0\",\"on\":true},{}]")},
    {STR("[NaN, -Infinity, 1e999]"), VALUE_JSON, 0, STR("[null,null,null]")},
    {STR("{\"\\u0000\": \"\x01\\ud800 \\\" \\\\ \\t\"}"), VALUE_JSON, 0,
     STR("{\"\xef\xbf\xbd\":\"\xef\xbf\xbd\xef\xbf\xbd \\\" \\\\ \\u0009\"}")},
};

static void each_json_is_the_right_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        struct buf document = buf_new(OUT_MAX);
        buf_add_text(&document, " {\"v\" : ");
        buf_add(&document, values[i].json);
        buf_add_text(&document, "\r\n}\t");
        struct reader_input input = reading(buf_str(&document));
        struct str key;
        assert_true(json_reader_enter_object(&input.reader));
        assert_true(json_reader_member(&input.reader, &key));
        check_str(key, "v");
        struct value value = json_reader_value(&input.reader);
        if (value.kind != values[i].kind || value.number != values[i].number ||
            !str_equal(value.text, values[i].text))
            fail_msg("%.*s: kind %d, number %.17g, text %.*s", STR_ARG(values[i].json),
                     (int)value.kind, value.number, STR_ARG(value.text));
        assert_false(json_reader_member(&input.reader, &key));
        assert_int_equal(end(&input), ERR_OK);
        buf_free(&document);
    }
}

/* Where both take a text they take it for the same. */
static void numbers_and_texts_are_those_of_another_parser(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        json_t *json = json_loadb(values[i].json.p, values[i].json.n,
                                  JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
        if (json_is_number(json))
            assert_true(json_number_value(json) == values[i].number);
        if (json_is_string(json))
            assert_true(
                str_equal((struct str){json_string_value(json), json_string_length(json)},
                          values[i].text));
        json_decref(json);
    }
}

static void what_is_kept_as_json_is_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        if (values[i].kind != VALUE_JSON)
            continue;
        json_t *json = json_loadb(values[i].text.p, values[i].text.n, 0, NULL);
        assert_non_null(json);
        json_decref(json);
    }
}

/* ---- walking ---- */

static void texts_are_slices_where_nothing_was_mended(void **state)
{
    const struct str text =
        STR("{\"a\": \"one\", \"\\u0062\": \"tw\\u006f\", \"c\": [1, \"\\u0033\"]}");
    struct reader_input input = reading(text);
    struct str key;

    (void)state;
    assert_false(json_reader_enter_array(&input.reader));
    assert_true(json_reader_enter_object(&input.reader));
    assert_true(json_reader_member(&input.reader, &key));
    assert_ptr_equal(key.p, text.p + 2);
    assert_ptr_equal(json_reader_value(&input.reader).text.p, text.p + 7);
    assert_true(json_reader_member(&input.reader, &key));
    struct value two = json_reader_value(&input.reader);
    check_str(key, "b");
    check_str(two.text, "two");
    assert_true(json_reader_member(&input.reader, &key));
    json_reader_skip(&input.reader); /* leaves other values alone */
    check_str(two.text, "two");
    check_str(key, "c");
    assert_false(json_reader_member(&input.reader, &key));
    assert_int_equal(end(&input), ERR_OK);
}

static void items_are_walked_through(void **state)
{
    struct reader_input input = reading(STR_OF("[1, [2, 3], {\"a\": 4}, 5]"));
    double sum = 0;

    (void)state;
    assert_false(json_reader_enter_object(&input.reader));
    assert_true(json_reader_enter_array(&input.reader));
    while (json_reader_item(&input.reader))
        if (json_reader_enter_array(&input.reader))
            while (json_reader_item(&input.reader))
                sum += 10 * json_reader_value(&input.reader).number;
        else
            sum += json_reader_value(&input.reader).number;
    assert_true(sum == 1 + 10 * (2 + 3) + 5);
    assert_int_equal(end(&input), ERR_OK);
}

static void a_reader_is_used_again(void **state)
{
    struct reader_input input = reading(STR_OF("{\"bad"));

    (void)state;
    json_reader_skip(&input.reader);
    assert_int_equal(json_reader_end(&input.reader, &input.error), ERR_MALFORMED);
    json_reader_start(&input.reader, STR_OF("{\"good\": \"\\u0031\"}"));
    json_reader_skip(&input.reader);
    assert_int_equal(end(&input), ERR_OK);
}

/* ---- what is no JSON ---- */

static enum err outcome_of(struct str text, struct error *error)
{
    struct reader_input input = reading(text);

    json_reader_skip(&input.reader);
    enum err outcome = end(&input);
    *error = input.error;
    return outcome;
}

static const struct str no_json[] = {
    STR(""),
    STR(" "),
    STR("{"),
    STR("["),
    STR("]"),
    STR("{]"),
    STR("[}"),
    STR("{\"a\"}"),
    STR("{\"a\":}"),
    STR("{\"a\" 1}"),
    STR("{a: 1}"),
    STR("{1: 2}"),
    STR("{\"a\": 1,}"),
    STR("{,\"a\": 1}"),
    STR("[1,]"),
    STR("[,1]"),
    STR("[1 2]"),
    STR("[1],"),
    STR("[] []"),
    STR("{} x"),
    STR("[1]\0"),
    STR("[1\0,2]"),
    STR("\0"),
    STR("[01]"),
    STR("[-]"),
    STR("[+1]"),
    STR("[1.]"),
    STR("[.5]"),
    STR("[1.e5]"),
    STR("[1e]"),
    STR("[1e+]"),
    STR("[0x1p9]"),
    STR("[--1]"),
    STR("[1e400x]"),
    STR("[1e5e5]"),
    STR("[-01]"),
    STR("[00]"),
    STR("[1_000]"),
    STR("[nan]"),
    STR("[NaNo]"),
    STR("[-NaN]"),
    STR("[Infinit]"),
    STR("[+Infinity]"),
    STR("[tru]"),
    STR("[True]"),
    STR("[nulll]"),
    STR("[undefined]"),
    STR("['a']"),
    STR("[\"a]"),
    STR("[\"\\\"]"),
    STR("[\"\\x41\"]"),
    STR("[\"\\u12\"]"),
    STR("[\"\\u12g4\"]"),
    STR("[\"\\ud83d\\u12\"]"),
    STR("[\"\\\xff\"]"),
    STR("[\"\\"),
    STR("[\"\\u"),
    STR("[\xff]"),
    STR("\xef\xbb\xbf[]"),
    STR("[1]//"),
    STR("<html>proxy</html>"),
};

static void what_is_no_json_is_malformed(void **state)
{
    struct error error;

    (void)state;
    for (size_t i = 0; i < COUNT(no_json); i++)
        if (outcome_of(no_json[i], &error) != ERR_MALFORMED)
            fail_msg("%.*s is taken for JSON", STR_ARG(no_json[i]));
}

static void a_cut_text_is_refused_without_being_quoted(void **state)
{
    const struct str text = STR(
        "{\"Password\": \"sesame\", \"b\": [true, {\"c\": -1.5e3}], \"d\": \"\\u00e9\"}");
    struct error error;

    (void)state;
    for (size_t n = 0; n < text.n; n++) {
        assert_int_equal(outcome_of((struct str){text.p, n}, &error), ERR_MALFORMED);
        assert_null(strstr(error.text, "sesame"));
    }
    assert_int_equal(outcome_of(text, &error), ERR_OK);
}

static void one_bad_token_does_not_cost_the_document(void **state)
{
    struct error error;

    (void)state;
    assert_int_equal(
        outcome_of(STR_OF("{\"a\": NaN, \"b\": \"\xff\\ud800\", \"c\": 1e999}"), &error),
        ERR_OK);
}

static void repeat(struct buf *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_add_text(out, text);
}

static void a_deep_text_is_refused_before_it_costs_stack(void **state)
{
    struct error error;
    struct buf text = buf_new(LIMIT_ANSWER_BYTES);

    (void)state;
    repeat(&text, "[", JSON_DEPTH_MAX);
    repeat(&text, "]", JSON_DEPTH_MAX);
    assert_int_equal(outcome_of(buf_str(&text), &error), ERR_OK);
    buf_clear(&text);
    repeat(&text, "[", JSON_DEPTH_MAX + 1);
    repeat(&text, "]", JSON_DEPTH_MAX + 1);
    assert_int_equal(outcome_of(buf_str(&text), &error), ERR_MALFORMED);
    buf_clear(&text);
    repeat(&text, "{\"a\":", 100000);
    assert_int_equal(outcome_of(buf_str(&text), &error), ERR_MALFORMED);
    assert_non_null(strstr(error.text, "too deeply"));
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
    assert_int_equal(outcome_of(buf_str(&text), &error), ERR_TOO_LARGE);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_json_is_the_right_value),
        cmocka_unit_test(numbers_and_texts_are_those_of_another_parser),
        cmocka_unit_test(what_is_kept_as_json_is_json),
        cmocka_unit_test(texts_are_slices_where_nothing_was_mended),
        cmocka_unit_test(items_are_walked_through),
        cmocka_unit_test(a_reader_is_used_again),
        cmocka_unit_test(what_is_no_json_is_malformed),
        cmocka_unit_test(a_cut_text_is_refused_without_being_quoted),
        cmocka_unit_test(one_bad_token_does_not_cost_the_document),
        cmocka_unit_test(a_deep_text_is_refused_before_it_costs_stack),
        cmocka_unit_test(a_text_of_very_many_values_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
