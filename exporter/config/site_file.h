/* site_file.h - what an owner says about a station (--site.file).
 *
 * JSON, strict: an unknown key, a wrong type or a number out of range is a mistake that
 * names the key, the value and what is allowed.  Parameters are rows of one table with
 * meaning, range and default (docs/site-file.md is made of it).
 */
#ifndef CONFIG_SITE_FILE_H
#define CONFIG_SITE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define SITE_PARAMETERS_MAX 4096
#define SITE_EXPECTED_MAX 64

struct time_zone;

struct site_parameter {
    struct str name;     /* soc_low_ratio */
    struct str device;   /* empty for the whole site */
    struct str instance; /* empty for the whole site */
    struct str tracker;  /* empty but for a tracker's own */
    double value;
};

struct site_expected {
    struct str device;
    double count;
};

struct site_file {
    struct str name, region, timezone, grid_profile, grid_class, chemistry;
    const struct time_zone *zone; /* of timezone, NULL without one */
    bool has_latitude, has_longitude;
    double latitude_degrees, longitude_degrees;
    struct site_parameter *parameters;
    size_t parameter_count;
    struct site_expected *expected;
    size_t expected_count;
    struct arena arena; /* everything above */
};

/* json is the file's text, file_name what mistakes are reported under.  On ERR_USAGE
 * *out_site is untouched and *mistakes has one line each. */
enum err site_file_parse(struct str file_name, struct str json,
                         struct site_file *out_site, struct buf *mistakes)
    __attribute__((warn_unused_result));

/* Seconds east of UTC in the file's time zone at that moment (daylight saving included).
 * False without a time zone.  Reads no file: the zone was loaded with the site. */
bool site_file_timezone_offset(const struct site_file *site, double unix_seconds,
                               double *out_offset_seconds);

/* Adds the tables of keys and parameters as Markdown (docs/site-file.md). */
void site_file_markdown(struct buf *out);

void site_file_free(struct site_file *site);

#endif
