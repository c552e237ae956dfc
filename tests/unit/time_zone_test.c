/* time_zone_test.c - offsets as Python's zoneinfo gives them for the same tzdata. */
#include "check.h"

#include <string.h>

#include "base/file.h"
#include "config/time_zone.h"
#include "config/time_zone_rule.h"

#define ARENA_MAX ((size_t)4 * 1024 * 1024)

static void offsets_are_those_of_zoneinfo(void **state)
{
    static const struct {
        const char *zone, *utc;
        int64_t unix_seconds, offset;
    } cases[] = {
        {"UTC", "2026-07-01T00:00:00Z", 1782864000, 0},
        {"Europe/Berlin", "1900-06-01T00:00:00Z", -2195942400, 3600},
        {"Europe/Berlin", "1947-06-01T00:00:00Z", -712800000, 10800},
        {"Europe/Berlin", "1980-07-01T00:00:00Z", 331257600, 7200},
        {"Europe/Berlin", "2026-01-15T12:00:00Z", 1768478400, 3600},
        {"Europe/Berlin", "2026-07-15T12:00:00Z", 1784116800, 7200},
        {"Europe/Berlin", "2026-03-29T00:59:59Z", 1774745999, 3600},
        {"Europe/Berlin", "2026-03-29T01:00:00Z", 1774746000, 7200},
        {"Europe/Berlin", "2026-10-25T00:59:59Z", 1792889999, 7200},
        {"Europe/Berlin", "2026-10-25T01:00:00Z", 1792890000, 3600},
        /* beyond the table, by the rule in the footer */
        {"Europe/Berlin", "2050-03-27T00:59:59Z", 2531955599, 3600},
        {"Europe/Berlin", "2050-03-27T01:00:00Z", 2531955600, 7200},
        {"Europe/Berlin", "2100-07-01T00:00:00Z", 4118083200, 7200},
        {"America/New_York", "2026-03-08T06:59:59Z", 1772953199, -18000},
        {"America/New_York", "2026-03-08T07:00:00Z", 1772953200, -14400},
        {"America/New_York", "2055-11-07T05:59:59Z", 2709179999, -14400},
        {"America/New_York", "2055-11-07T06:00:00Z", 2709180000, -18000},
        /* the summer of the south spans the new year */
        {"Australia/Sydney", "2026-01-01T00:00:00Z", 1767225600, 39600},
        {"Australia/Sydney", "2026-07-01T00:00:00Z", 1782864000, 36000},
        {"Australia/Sydney", "2060-01-01T00:00:00Z", 2840140800, 39600},
        {"Australia/Sydney", "2060-07-01T00:00:00Z", 2855865600, 36000},
        /* half hours, quarters, odd seconds */
        {"Australia/Lord_Howe", "2060-01-01T00:00:00Z", 2840140800, 39600},
        {"Australia/Lord_Howe", "2060-07-01T00:00:00Z", 2855865600, 37800},
        {"Asia/Kolkata", "2026-07-01T00:00:00Z", 1782864000, 19800},
        {"Asia/Kathmandu", "1980-01-01T00:00:00Z", 315532800, 19800},
        {"Asia/Kathmandu", "2026-07-01T00:00:00Z", 1782864000, 20700},
        {"Asia/Tehran", "2021-07-01T00:00:00Z", 1625097600, 16200},
        {"Asia/Tehran", "2026-07-01T00:00:00Z", 1782864000, 12600},
        {"America/St_Johns", "2026-07-01T00:00:00Z", 1782864000, -9000},
        {"Pacific/Chatham", "2070-01-01T00:00:00Z", 3155760000, 49500},
        {"Africa/Monrovia", "1960-01-01T00:00:00Z", -315619200, -2670},
        /* a day that Samoa left out */
        {"Pacific/Apia", "2011-12-30T09:59:59Z", 1325239199, -36000},
        {"Pacific/Apia", "2011-12-30T10:00:00Z", 1325239200, 50400},
        /* a winter that is the exception, changes before and behind their day */
        {"Europe/Dublin", "2050-01-01T00:00:00Z", 2524608000, 0},
        {"Europe/Dublin", "2050-07-01T00:00:00Z", 2540246400, 3600},
        {"America/Nuuk", "2050-01-01T00:00:00Z", 2524608000, -7200},
        {"America/Nuuk", "2050-07-01T00:00:00Z", 2540246400, -3600},
        {"Asia/Gaza", "2100-07-01T00:00:00Z", 4118083200, 10800},
        {"Asia/Jerusalem", "2050-03-24T23:59:59Z", 2531779199, 7200},
        {"Asia/Jerusalem", "2050-03-25T00:00:00Z", 2531779200, 10800},
        {"Africa/Casablanca", "2026-03-01T00:00:00Z", 1772323200, 0},
        {"Africa/Casablanca", "2026-07-01T00:00:00Z", 1782864000, 3600},
        {"Africa/Johannesburg", "2026-07-01T00:00:00Z", 1782864000, 7200},
        {"Etc/GMT+5", "2026-07-01T00:00:00Z", 1782864000, -18000},
    };
    struct arena arena = arena_new(ARENA_MAX);
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct time_zone *zone;
        struct error error;
        if (time_zone_load(str_from(cases[i].zone), &arena, &zone, &error) != ERR_OK)
            fail_msg("%s: %s", cases[i].zone, error.text);
        int64_t offset = time_zone_offset(zone, cases[i].unix_seconds);
        if (offset != cases[i].offset)
            fail_msg("%s at %s: got %lld, want %lld", cases[i].zone, cases[i].utc,
                     (long long)offset, (long long)cases[i].offset);
    }
    arena_free(&arena);
}

static void names_that_are_no_zone_are_refused(void **state)
{
    static const char *const names[] = {
        "",
        "Europe/Belin",
        "Europe",
        "europe/berlin",
        "Europe/",
        "/usr/share/zoneinfo",
        "../zoneinfo",
        "Europe/../Asia/Tokyo",
        "localtime",
        "right/Europe/Berlin",
        "zone.tab",
        "Europe/Berlin\n",
        "tzdata.zi",
        "Europe/B\xc3\xb6rlin",
        "CET-1CEST,M3.5.0,M10.5.0/3",
    };
    struct arena arena = arena_new(ARENA_MAX);
    (void)state;

    for (size_t i = 0; i < COUNT(names); i++) {
        const struct time_zone *zone = NULL;
        struct error error = {0};
        if (time_zone_load(str_from(names[i]), &arena, &zone, &error) != ERR_USAGE)
            fail_msg("\"%s\" was taken for a zone", names[i]);
        assert_null(zone);
        assert_non_null(strstr(error.text, "allowed an IANA name, e.g. Europe/Berlin"));
    }
    arena_free(&arena);
}

/* No byte may be missing but the line end of the footer; the sanitizers watch. */
static void a_file_that_is_cut_is_refused(void **state)
{
    struct arena arena = arena_new(ARENA_MAX);
    struct buf file = buf_new(TIME_ZONE_BYTES_MAX);
    const struct time_zone *zone;
    (void)state;

    assert_int_equal(file_read(STR_OF("/usr/share/zoneinfo/Asia/Tokyo"), &file, NULL),
                     ERR_OK);
    struct str whole = buf_str(&file);
    assert_int_equal(time_zone_parse(whole, &arena, &zone, NULL), ERR_OK);
    struct str footer = STR("\nJST-9\n");
    assert_true(str_ends_with(whole, footer));
    for (size_t n = 0; n <= whole.n - footer.n; n++) {
        struct error error;
        struct str part = {whole.p, n};
        assert_int_equal(time_zone_parse(part, &arena, &zone, &error), ERR_USAGE);
    }
    buf_free(&file);
    arena_free(&arena);
}

/* A zone of our own: one change at the moment 1000, from type 0 to type 1, no rule. */
#define ZEROS_8 "\0\0\0\0\0\0\0\0"
#define HEADER(times, types, leaps)                                                      \
    "TZif2" ZEROS_8 ZEROS_8 ZEROS_8 "\0\0" leaps "\0\0\0" times "\0\0\0" types "\0\0\0"  \
    "\0"
#define FIRST_BLOCK HEADER("\0", "\0", "\0")
#define CHANGE_AT_1000 "\0\0\0\0\0\0\x03\xe8"
#define TYPES "\0\0\x0e\x10\0\0\xff\xff\xf1\xf0\0\0"

static void small_files_are_read_to_the_letter(void **state)
{
    static const struct {
        struct str bytes;
        bool is_good;
    } cases[] = {
        {STR(FIRST_BLOCK HEADER("\1", "\2", "\0") CHANGE_AT_1000 "\1" TYPES "\n\n"),
         true},
        /* a type that is not there */
        {STR(FIRST_BLOCK HEADER("\1", "\2", "\0") CHANGE_AT_1000 "\2" TYPES "\n\n"),
         false},
        /* no type at all */
        {STR(FIRST_BLOCK HEADER("\0", "\0", "\0") "\n\n"), false},
        /* leap seconds: such a clock is not the one that we ask */
        {STR(FIRST_BLOCK HEADER("\0", "\2", "\1") TYPES "\0\0\0\0\0\0\0\0\0\0\0\1\n\n"),
         false},
        /* a footer that is no rule, and none at all */
        {STR(FIRST_BLOCK HEADER("\0", "\2", "\0") TYPES "\nnonsense!\n"), false},
        {STR(FIRST_BLOCK HEADER("\0", "\2", "\0") TYPES), false},
        {STR(FIRST_BLOCK HEADER("\0", "\2", "\0") TYPES "X"), false},
        /* counts beyond the file */
        {STR(FIRST_BLOCK HEADER("\xff", "\2", "\0") TYPES "\n\n"), false},
    };
    struct arena arena = arena_new(ARENA_MAX);
    const struct time_zone *zone = NULL;
    (void)state;

    for (size_t i = COUNT(cases); i-- > 0;) {
        enum err outcome = time_zone_parse(cases[i].bytes, &arena, &zone, NULL);
        assert_int_equal(outcome, cases[i].is_good ? ERR_OK : ERR_USAGE);
    }
    assert_int_equal(time_zone_offset(zone, INT64_MIN), 3600);
    assert_int_equal(time_zone_offset(zone, 999), 3600);
    assert_int_equal(time_zone_offset(zone, 1000), -3600);
    assert_int_equal(time_zone_offset(zone, INT64_MAX), -3600);
    arena_free(&arena);
}

static void rules_are_read_as_posix_writes_them(void **state)
{
    static const struct {
        const char *text;
        int64_t unix_seconds, offset;
    } cases[] = {
        {"JST-9", 0, 32400},
        {"<+0330>-3:30", 0, 12600},
        {"<-00>0", 0, 0},
        {"LMT0:44:30", 0, -2670},
        {"CET-1CEST,M3.5.0,M10.5.0/3", 1774745999, 3600},
        {"CET-1CEST,M3.5.0,M10.5.0/3", 1774746000, 7200},
        /* days of the year: J counts no 29th of February, n does.  2028-03-01 is day 60
         * from zero, J60; 1835481600 is its midnight */
        {"AAA0BBB,J60/0,J300", 1835481599, 0},
        {"AAA0BBB,J60/0,J300", 1835481600, 3600},
        {"AAA0BBB,60/0,300", 1835481599, 0},
        {"AAA0BBB,60/0,300", 1835481600, 3600},
        {"AAA0BBB,59/0,300", 1835481599, 3600},
        /* summer all year round (RFC 8536 3.3.1) */
        {"XXX3EDT4,0/0,J365/23", 1767225600, -14400},
        {"XXX3EDT4,0/0,J365/23", 1767236400, -14400},
        {"XXX3EDT4,0/0,J365/23", 1767236399, -14400},
        /* before 1970 */
        {"CET-1CEST,M3.5.0,M10.5.0/3", -10000000000, 3600},
        {"CET-1CEST,M3.5.0,M10.5.0/3", -10015000000, 7200},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct time_zone_rule rule;
        assert_true(time_zone_rule_parse(str_from(cases[i].text), &rule));
        int64_t offset = time_zone_rule_offset(&rule, cases[i].unix_seconds);
        if (offset != cases[i].offset)
            fail_msg("%s at %lld: got %lld", cases[i].text,
                     (long long)cases[i].unix_seconds, (long long)offset);
    }
}

static void rules_that_are_none_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "CET",
        "-1",
        "CET-25",
        "CET-1:60",
        "<>0",
        "<+01-1",
        "CET-1CEST",
        "CET-1CEST,M3.5.0",
        "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M0.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.0.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,M3.5,M10.5.0",
        "CET-1CEST,J0,J300",
        "CET-1CEST,J366,J300",
        "CET-1CEST,366,300",
        "CET-1CEST,M3.5.0/168,M10.5.0",
        "CET-1CEST,M3.5.0,M10.5.0/",
        "CET-1CEST,M3.5.0,M10.5.0/3x",
        "CET-1CEST;M3.5.0,M10.5.0/3",
    };
    struct time_zone_rule rule = {.standard_offset = 42};
    (void)state;

    for (size_t i = 0; i < COUNT(texts); i++)
        if (time_zone_rule_parse(str_from(texts[i]), &rule))
            fail_msg("\"%s\" was taken for a rule", texts[i]);
    assert_int_equal(rule.standard_offset, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_are_those_of_zoneinfo),
        cmocka_unit_test(names_that_are_no_zone_are_refused),
        cmocka_unit_test(a_file_that_is_cut_is_refused),
        cmocka_unit_test(small_files_are_read_to_the_letter),
        cmocka_unit_test(rules_are_read_as_posix_writes_them),
        cmocka_unit_test(rules_that_are_none_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
