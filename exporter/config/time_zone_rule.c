/* time_zone_rule.c - see time_zone_rule.h
 *
 * Written by hand because tzset() works on the environment of the whole process.
 */
#include "config/time_zone_rule.h"

#include "base/ascii.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* The weekday of 1970-01-01, from 0 = Sunday. */
#define THURSDAY 4

/* Where the text says none. */
#define CHANGE_SECOND (2 * HOUR)
#define SUMMER_AHEAD HOUR

/* RFC 8536 3.3.1 */
#define CHANGE_HOURS_MAX 167
#define OFFSET_HOURS_MAX 24

static bool is_next(struct str rest, char c)
{
    return rest.n && rest.p[0] == c;
}

static bool take(struct str *rest, char c)
{
    bool is_there = is_next(*rest, c);

    if (is_there)
        *rest = str_skip(*rest, 1);
    return is_there;
}

static bool take_number(struct str *rest, uint64_t max, uint64_t *out_number)
{
    struct str digits = {rest->p, ascii_run(*rest, ascii_is_digit)};

    *rest = str_skip(*rest, digits.n);
    return str_to_unsigned(digits, max, out_number);
}

/* "CEST" or "<+0330>"; the name itself is of no use here. */
static bool take_name(struct str *rest)
{
    if (take(rest, '<')) {
        struct str name = str_cut(rest, '>');
        return name.n > 0;
    }
    size_t n = ascii_run(*rest, ascii_is_letter);
    *rest = str_skip(*rest, n);
    return n > 0;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct str *rest, uint64_t hours_max, int64_t *out_seconds)
{
    bool is_negative = take(rest, '-');
    uint64_t hours;
    uint64_t minutes = 0;
    uint64_t seconds = 0;

    if (!is_negative)
        (void)take(rest, '+');
    if (!take_number(rest, hours_max, &hours))
        return false;
    if (take(rest, ':') && !take_number(rest, 59, &minutes))
        return false;
    if (take(rest, ':') && !take_number(rest, 59, &seconds))
        return false;
    int64_t total = (int64_t)(hours * HOUR + minutes * MINUTE + seconds);
    *out_seconds = is_negative ? -total : total;
    return true;
}

/* The text counts west of Greenwich, we count east. */
static bool take_offset(struct str *rest, int64_t *out_offset)
{
    if (!take_time(rest, OFFSET_HOURS_MAX, out_offset))
        return false;
    *out_offset = -*out_offset;
    return true;
}

static bool take_day(struct str *rest, struct time_zone_change *change)
{
    if (take(rest, 'M')) {
        change->kind = CHANGE_MONTH_WEEK;
        return take_number(rest, 12, &change->month) && change->month > 0 &&
               take(rest, '.') && take_number(rest, 5, &change->week) &&
               change->week > 0 && take(rest, '.') && take_number(rest, 6, &change->day);
    }
    if (take(rest, 'J')) {
        change->kind = CHANGE_JULIAN;
        return take_number(rest, 365, &change->day) && change->day > 0;
    }
    change->kind = CHANGE_ZERO_BASED;
    return take_number(rest, 365, &change->day);
}

static bool take_change(struct str *rest, struct time_zone_change *change)
{
    change->second = CHANGE_SECOND;
    return take(rest, ',') && take_day(rest, change) &&
           (!take(rest, '/') || take_time(rest, CHANGE_HOURS_MAX, &change->second));
}

bool time_zone_rule_parse(struct str text, struct time_zone_rule *out_rule)
{
    struct time_zone_rule rule = {0};
    struct str rest = text;

    if (!take_name(&rest) || !take_offset(&rest, &rule.standard_offset))
        return false;
    rule.has_summer = rest.n > 0;
    if (rule.has_summer) {
        rule.summer_offset = rule.standard_offset + SUMMER_AHEAD;
        if (!take_name(&rest) ||
            (!is_next(rest, ',') && !take_offset(&rest, &rule.summer_offset)) ||
            !take_change(&rest, &rule.start) || !take_change(&rest, &rule.end) || rest.n)
            return false;
    }
    *out_rule = rule;
    return true;
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t modulo(int64_t a, int64_t b)
{
    return a - b * floor_divide(a, b);
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 to the first of January. */
static int64_t days_to_year(int64_t year)
{
    int64_t before = year - 1;

    return 365 * (year - 1970) + floor_divide(before, 4) - floor_divide(before, 100) +
           floor_divide(before, 400) - 477;
}

/* The calendar repeats itself: 400 years have 146097 days. */
static int64_t year_of(int64_t days)
{
    int64_t year = 1970 + floor_divide(days * 400, 146097) - 1; /* not too late */

    while (days_to_year(year + 1) <= days) /* twice at most */
        year++;
    return year;
}

/* Days from 1970-01-01 to the first of the month; 13 is the next January. */
static int64_t days_to_month(int64_t year, uint64_t month)
{
    static const int64_t days_before[] = {0,   31,  59,  90,  120, 151, 181,
                                          212, 243, 273, 304, 334, 365};

    return days_to_year(year) + days_before[month - 1] + (month > 2 && is_leap(year));
}

/* The day of M3.5.0: the first such weekday of the month, and whole weeks after it as
 * long as it stays in the month. */
static int64_t day_in_month(const struct time_zone_change *change, int64_t year)
{
    int64_t first = days_to_month(year, change->month);
    int64_t end = days_to_month(year, change->month + 1);
    int64_t weekday = modulo(first + THURSDAY, 7);
    int64_t day = first + modulo((int64_t)change->day - weekday, 7) +
                  7 * ((int64_t)change->week - 1);

    return day < end ? day : day - 7;
}

/* Seconds since 1970 on the zone's clock. */
static int64_t change_at(const struct time_zone_change *change, int64_t year)
{
    int64_t day = days_to_year(year) + (int64_t)change->day;

    switch (change->kind) {
    case CHANGE_MONTH_WEEK:
        day = day_in_month(change, year);
        break;
    case CHANGE_JULIAN: /* never counts the 29th of February */
        day += (is_leap(year) && change->day >= 60) - 1;
        break;
    case CHANGE_ZERO_BASED:
        break;
    }
    return day * DAY + change->second;
}

int64_t time_zone_rule_offset(const struct time_zone_rule *rule, int64_t unix_seconds)
{
    if (!rule->has_summer)
        return rule->standard_offset;
    int64_t year = year_of(floor_divide(unix_seconds + rule->standard_offset, DAY));
    int64_t start = change_at(&rule->start, year) - rule->standard_offset;
    int64_t end = change_at(&rule->end, year) - rule->summer_offset;
    bool is_summer = start < end ? unix_seconds >= start && unix_seconds < end
                                 : unix_seconds >= start || unix_seconds < end;

    return is_summer ? rule->summer_offset : rule->standard_offset;
}
