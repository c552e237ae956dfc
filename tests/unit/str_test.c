/* str_test.c - slices, durations, URLs and UTF-8: the small parsers of base/. */
#include "check.h"

#include "base/buf.h"
#include "base/duration.h"
#include "base/str_index.h"
#include "base/url.h"
#include "base/utf8.h"

static void cuts_at_a_separator(void **state)
{
    struct str rest = STR("a//b");
    (void)state;

    check_str(str_cut(&rest, '/'), "a");
    check_str(str_cut(&rest, '/'), "");
    check_str(str_cut(&rest, '/'), "b");
    check_str(str_cut(&rest, '/'), "");
}

static void compares_numbers_as_numbers(void **state)
{
    static const char *const sorted[] = {"",   "0",  "2",   "010", "10", "512",
                                         "a1", "a2", "a10", "b",   "é"};
    (void)state;

    for (size_t i = 0; i < COUNT(sorted); i++)
        for (size_t j = 0; j < COUNT(sorted); j++) {
            int order = str_compare_natural(str_from(sorted[i]), str_from(sorted[j]));
            int want = (i > j) - (i < j);
            if ((order > 0) - (order < 0) != want)
                fail_msg("%s against %s: %d", sorted[i], sorted[j], order);
        }
}

static void reads_unsigned_numbers_only(void **state)
{
    static const struct {
        const char *text;
        bool is_number;
    } cases[] = {{"0", true},      {"007", true}, {"65535", true},
                 {"65536", false}, {"", false},   {"-1", false},
                 {"1 ", false},    {"+1", false}, {"99999999999999999999", false}};
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t number;
        assert_int_equal(str_to_unsigned(str_from(cases[i].text), 65535, &number),
                         cases[i].is_number);
    }
}

static void reads_durations_as_prometheus_does(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {
        {"500ms", 500}, {"10s", 10000}, {"1m30s", 90000},     {"1h", 3600000},
        {"0", 0},       {"0s", 0},      {"1d12h", 129600000}, {"", -1},
        {"10", -1},     {"s", -1},      {"1.5s", -1},         {"30s1m", -1},
        {"1m1m", -1},   {"-1s", -1},    {"10 s", -1},         {"999999999y", -1}};
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms = -1;
        bool is_duration = duration_parse(str_from(cases[i].text), &ms);
        assert_int_equal(is_duration, cases[i].ms >= 0);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void prints_a_duration_that_reads_back(void **state)
{
    static const int64_t cases[] = {0, 500, 10000, 90000, 3600000, 86400000 + 1};
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = buf_new(100);
        int64_t ms = -1;
        duration_print(cases[i], &text);
        assert_true(duration_parse(buf_str(&text), &ms));
        assert_int_equal(ms, cases[i]);
        buf_free(&text);
    }
}

static void takes_a_url_apart(void **state)
{
    static const struct {
        const char *text, *scheme, *host, *path;
        uint16_t port;
    } cases[] = {
        {"http://venus.local:8088", "http", "venus.local", "", 8088},
        {"https://proxy/site7/", "https", "proxy", "/site7", 0},
        {"mqtts://[fe80::1]:8883", "mqtts", "fe80::1", "", 8883},
        {"http://[::1]", "http", "::1", "", 0},
        {"vrm://c0619ab4e53f", "vrm", "c0619ab4e53f", "", 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct url url;
        struct error error;
        assert_int_equal(url_parse(str_from(cases[i].text), &url, &error), ERR_OK);
        check_str(url.scheme, cases[i].scheme);
        check_str(url.host, cases[i].host);
        check_str(url.path, cases[i].path);
        assert_int_equal(url.port, cases[i].port);
    }
}

static void refuses_what_is_no_url(void **state)
{
    static const char *const cases[] = {
        "",           "venus.local",      "http:/x",      "http://",
        "http://a:0", "http://a:65536",   "http://a:",    "http://u:p@a",
        "http://a b", "http://[::1",      "http://[]",    "http://a/?q=1",
        "http://a/#", "http://[::1]x:80", "http://u@a/b", "http://a/x y"};
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct url url;
        struct error error = {0};
        if (url_parse(str_from(cases[i]), &url, &error) != ERR_USAGE)
            fail_msg("\"%s\" was taken", cases[i]);
        assert_true(error.text[0] != '\0');
    }
}

static void repairs_broken_utf8(void **state)
{
    static const struct {
        const char *text, *repaired;
    } cases[] = {
        {"plain", "plain"},
        {"Ünïcødé 🚐", "Ünïcødé 🚐"},
        {"\xff", "\xef\xbf\xbd"},
        {"a\xc3(b", "a\xef\xbf\xbd(b"},
        {"\xed\xa0\xbd", "\xef\xbf\xbd"}, /* a surrogate */
        {"\xc0\xaf", "\xef\xbf\xbd"},     /* overlong '/' */
        {"\xf0\x9f\x9a", "\xef\xbf\xbd"}, /* cut short */
        {"\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_new(100);
        utf8_repair(str_from(cases[i].text), &out);
        check_str(buf_str(&out), cases[i].repaired);
        assert_true(utf8_is_valid(buf_str(&out)));
        buf_free(&out);
    }
}

static void cuts_at_a_character(void **state)
{
    (void)state;

    check_str(utf8_cut(STR_OF("aé"), 2), "a");
    check_str(utf8_cut(STR_OF("aé"), 3), "aé");
    check_str(utf8_cut(STR_OF("🚐"), 3), "");
}

static void a_buffer_fails_at_its_maximum_and_stays_failed(void **state)
{
    struct buf buf = buf_new(4);
    (void)state;

    buf_add_text(&buf, "abcd");
    assert_false(buf.failed);
    buf_add_char(&buf, 'e');
    assert_true(buf.failed);
    check_str(buf_str(&buf), "abcd");
    buf_free(&buf);
}

static void an_index_finds_what_was_put(void **state)
{
    struct str_index index = str_index_new(1000);
    static char keys[1001][8];
    (void)state;

    for (size_t i = 0; i < 1001; i++) {
        struct str key = {keys[i], sizeof keys[i]};
        keys[i][0] = (char)(i % 100);
        keys[i][1] = (char)(i / 100);
        str_index_put(&index, key, keys[i]);
        assert_int_equal(index.failed, i == 1000);
    }
    for (size_t i = 0; i < 1000; i++)
        assert_ptr_equal(str_index_get(&index, (struct str){keys[i], 8}), keys[i]);
    assert_null(str_index_get(&index, STR_OF("no")));
    str_index_free(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_at_a_separator),
        cmocka_unit_test(compares_numbers_as_numbers),
        cmocka_unit_test(reads_unsigned_numbers_only),
        cmocka_unit_test(reads_durations_as_prometheus_does),
        cmocka_unit_test(prints_a_duration_that_reads_back),
        cmocka_unit_test(takes_a_url_apart),
        cmocka_unit_test(refuses_what_is_no_url),
        cmocka_unit_test(repairs_broken_utf8),
        cmocka_unit_test(cuts_at_a_character),
        cmocka_unit_test(a_buffer_fails_at_its_maximum_and_stays_failed),
        cmocka_unit_test(an_index_finds_what_was_put),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
