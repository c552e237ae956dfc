/* time_zone.h - the offset of one IANA time zone, without the process's own TZ.
 *
 * A zone is read once (TZif, RFC 8536) and constant from then on: any thread may ask.
 */
#ifndef CONFIG_TIME_ZONE_H
#define CONFIG_TIME_ZONE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct time_zone; /* lives in the arena */

/* Largest file that is read; the largest of all zones has 4 KiB. */
#define TIME_ZONE_BYTES_MAX ((size_t)64 * 1024)

/* name as in "Europe/Berlin".  ERR_USAGE: there is no such zone on this host. */
enum err time_zone_load(struct str name, struct arena *arena,
                        const struct time_zone **out_zone, struct error *error)
    __attribute__((warn_unused_result));

/* The same of a file's bytes, which must live as long as the arena.  Pure. */
enum err time_zone_parse(struct str bytes, struct arena *arena,
                         const struct time_zone **out_zone, struct error *error)
    __attribute__((warn_unused_result));

/* Seconds east of UTC at that moment. */
int64_t time_zone_offset(const struct time_zone *zone, int64_t unix_seconds);

#endif
