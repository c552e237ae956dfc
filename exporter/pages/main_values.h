/* main_values.h - which values a person is shown first, and how they are written. */
#ifndef PAGES_MAIN_VALUES_H
#define PAGES_MAIN_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

struct family;

/* Between a number and its unit: they stay on one line. */
#define NO_BREAK_SPACE "\xc2\xa0"

enum shown_as {
    SHOWN_AMPERES,
    SHOWN_CELSIUS,
    SHOWN_HERTZ,
    SHOWN_KILOWATT_HOURS,
    SHOWN_LITRES,
    SHOWN_METERS_PER_SECOND,
    SHOWN_PARTS_PER_MILLION,
    SHOWN_PERCENT,
    SHOWN_REVOLUTIONS,
    SHOWN_VOLTS,
    SHOWN_WATTS,
    SHOWN_WATTS_PER_SQUARE_METER,
    SHOWN_DURATION, /* of seconds: 3 h 20 min */
    SHOWN_WORD,     /* of an enum, out of HELP; a number without one */
};

struct main_value {
    struct str quantity; /* the family's name behind victron_<device type>_ */
    const char *title;
    enum shown_as shown_as;
    bool is_fault; /* shown only where it is not 0 */
};

/* The row for a family of a device type, or NULL.  Rows stand in the order in which they
 * are shown, so that their addresses can be compared. */
const struct main_value *main_value_find(struct str family_name, struct str device);

/* Adds "49.81 V", "Bulk", "2 h 10 min"; escaped. */
void main_value_print(struct buf *page, enum shown_as shown_as,
                      const struct family *family, double value);

/* Adds "42 s", "3 min", "2 h 10 min", "5 d 3 h". */
void main_value_print_duration(struct buf *page, double seconds);

#endif
