/* time_zone_rule.h - a POSIX TZ string: CET-1CEST,M3.5.0,M10.5.0/3.
 *
 * It says what a zone does each year, for ever: the footer of a TZif file.  Pure.
 */
#ifndef CONFIG_TIME_ZONE_RULE_H
#define CONFIG_TIME_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* On which day of each year, and when on that day, the clock is put forward or back. */
struct time_zone_change {
    enum { CHANGE_JULIAN, CHANGE_ZERO_BASED, CHANGE_MONTH_WEEK } kind;
    uint64_t month; /* 1-12 */
    uint64_t week;  /* 1-5; 5 is the last */
    uint64_t day;   /* of the week from 0 = Sunday, else of the year */
    int64_t second; /* of the day; the RFC allows -167 to 167 hours */
};

struct time_zone_rule {
    bool has_summer;
    int64_t standard_offset, summer_offset; /* seconds east of UTC */
    struct time_zone_change start, end;     /* of the summer, on the clock before it */
};

/* False, and *out_rule untouched, for what is no such string. */
bool time_zone_rule_parse(struct str text, struct time_zone_rule *out_rule);

/* Seconds east of UTC at that moment. */
int64_t time_zone_rule_offset(const struct time_zone_rule *rule, int64_t unix_seconds);

#endif
