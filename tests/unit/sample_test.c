/* sample_test.c - the text of a series and the line of a sample, whatever is in a label
 */
#include "model/sample.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "check.h"
#include "model/limits.h"

#define ARENA_MAX ((size_t)1024 * 1024)

static const struct family volts = {STR("volts"), STR("Volts."), STR(""), SAMPLE_GAUGE};

static struct series *with_label(struct arena *arena, struct str value)
{
    const struct label labels[] = {{STR("device"), value}, {STR("x"), STR("1")}};
    struct series *series = series_in(arena, &volts, labels, 2);

    assert_non_null(series);
    return series;
}

static void labels_are_written_repaired_cut_and_escaped(void **state)
{
    static const struct {
        struct str value;
        const char *text;
    } cases[] = {
        {STR(""), ""},
        {STR("battery"), "battery"},
        {STR("eight by"), "eight by"},
        {STR("eight by!"), "eight by!"},
        {STR("seven \""), "seven \\\""},
        {STR("eight   \""), "eight   \\\""},
        {STR("\\ and \n and more"), "\\\\ and \\n and more"},
        {STR("\t stays"), "\t stays"},
        {STR("caf\xc3\xa9 and b\xc3\xa9"), "caf\xc3\xa9 and b\xc3\xa9"},
        {STR("\xff"), "\xef\xbf\xbd"},
        {STR("broken \xc3 in the middle"), "broken \xef\xbf\xbd in the middle"},
        {STR("\x80\x81\x82\x83\x84\x85\x86\x87\x88"),
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    struct arena arena = arena_new(ARENA_MAX);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct series *series = with_label(&arena, cases[i].value);
        struct buf expected = buf_new(1000);
        buf_printf(&expected, "volts{device=\"%s\",x=\"1\"} %c", cases[i].text, '\0');
        check_str(series->text, expected.p);
        check_str(series->device, cases[i].text);
        buf_free(&expected);
    }
    arena_free(&arena);
}

static void the_longest_label_has_room(void **state)
{
    static const char bytes[] = {'x', '"', '\\', '\n', '\xff'};
    char value[2 * LIMIT_LABEL_BYTES];
    struct arena arena = arena_new(ARENA_MAX);

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        for (size_t n = 0; n <= sizeof value; n++) {
            memset(value, bytes[i], n);
            struct series *series = with_label(&arena, (struct str){value, n});
            assert_true(series->device.n <= (size_t)2 * LIMIT_LABEL_BYTES);
            check_str(str_skip(series->text, series->text.n - 9), "\",x=\"1\"} ");
            arena_free(&arena);
        }
}

static void a_line_is_of_the_value_asked_for(void **state)
{
    static const struct {
        double value;
        const char *line;
    } cases[] = {
        {0, "volts 0\n"},     {1.5, "volts 1.5\n"},
        {1.5, "volts 1.5\n"}, {-1e300, "volts -1e+300\n"},
        {0.1, "volts 0.1\n"}, {53.18000030517578, "volts 53.18000030517578\n"},
        {NAN, "volts NaN\n"}, {NAN, "volts NaN\n"},
        {3, "volts 3\n"},     {-INFINITY, "volts -Inf\n"},
        {3, "volts 3\n"},     {0, "volts 0\n"},
        {-0.0, "volts 0\n"},
    };
    struct arena arena = arena_new(ARENA_MAX);
    struct series *series = series_in(&arena, &volts, NULL, 0);
    struct series *other = series_in(&arena, &volts, NULL, 0);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        check_str(series_line(series, cases[i].value), cases[i].line);
        check_str(series_line(other, -7.25), "volts -7.25\n");
        check_str(series->text, "volts ");
    }
    arena_free(&arena);
}

/* Labels made once give the very series that labels give one by one. */
static void text_of_labels_serves_several_series(void **state)
{
    static const struct family amperes = {STR("amperes"), STR("Amperes."), STR(""),
                                          SAMPLE_GAUGE};
    const struct label labels[] = {{STR("site"), STR("a \"b\"")},
                                   {STR("device"), STR("caf\xc3\xa9\xff")}};
    struct arena arena = arena_new(ARENA_MAX);

    (void)state;
    for (size_t count = 0; count <= COUNT(labels); count++) {
        struct sample_set set = sample_set_in(&arena);
        struct label_text text = label_text_in(&arena, labels, count);
        sample_set_add_text(&set, &volts, &text, 1);
        sample_set_add_text(&set, &amperes, &text, -12.5);
        sample_set_add_labelled(&set, &volts, labels, count, 1);
        sample_set_add_labelled(&set, &amperes, labels, count, -12.5);
        assert_int_equal(set.count, 4);
        for (size_t i = 0; i < 2; i++) {
            struct series *quick = set.samples[i].series;
            struct series *plain = set.samples[i + 2].series;
            assert_true(str_equal(quick->text, plain->text));
            assert_true(str_equal(quick->device, plain->device));
            assert_true(str_equal(series_line(quick, set.samples[i].value),
                                  series_line(plain, set.samples[i + 2].value)));
        }
    }
    arena_free(&arena);
}

static void an_arena_that_is_full_makes_no_series(void **state)
{
    struct arena arena = arena_new(60);
    struct series series;

    (void)state;
    assert_false(series_make(&arena, &volts, NULL, 0, &series) &&
                 series_make(&arena, &volts, NULL, 0, &series));
    assert_true(arena.failed);
    assert_null(series_in(&arena, &volts, NULL, 0));
    arena_free(&arena);
}

static void what_an_arena_gets_back_it_gives_again(void **state)
{
    struct arena arena = arena_new(ARENA_MAX);
    char *first = arena_alloc(&arena, 600);

    (void)state;
    first[0] = 'a';
    arena_trim(&arena, 600, 1);
    const char *second = arena_alloc(&arena, 300);
    assert_true(second > first && second < first + 300);
    for (size_t i = 0; i < 300; i++)
        assert_int_equal(second[i], 0);
    assert_int_equal(arena.used_bytes, 301);

    arena_reserve(&arena, 5000); /* one piece behind the other then */
    const char *third = arena_alloc(&arena, 2000);
    const char *fourth = arena_alloc(&arena, 2000);
    assert_ptr_equal(fourth, third + 2000);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_written_repaired_cut_and_escaped),
        cmocka_unit_test(the_longest_label_has_room),
        cmocka_unit_test(a_line_is_of_the_value_asked_for),
        cmocka_unit_test(text_of_labels_serves_several_series),
        cmocka_unit_test(an_arena_that_is_full_makes_no_series),
        cmocka_unit_test(what_an_arena_gets_back_it_gives_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
