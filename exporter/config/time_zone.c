/* time_zone.c - see time_zone.h
 *
 * The file's tables stay as they are, big-endian bytes, and are read where they are
 * looked up: nothing to convert, nothing to free.
 */
#include "config/time_zone.h"

#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "config/time_zone_rule.h"

/* Where Debian's tzdata lies. */
#define ZONEINFO "/usr/share/zoneinfo"

#define NAME_BYTES_MAX 64

/* RFC 8536 3.1: "TZif", version, 15 reserved bytes, six counts of four bytes. */
#define HEADER_BYTES 44
#define COUNTS_AT 20

#define TIME_BYTES 8
#define TYPE_BYTES 6 /* offset (4), is summer (1), name (1) */
#define LEAP_BYTES 12

struct time_zone {
    struct str times;   /* TIME_BYTES each: when the clock was changed, ascending */
    struct str indices; /* one byte each: the type from then on */
    struct str types;   /* TYPE_BYTES each */
    bool has_rule;
    struct time_zone_rule rule; /* behind the last change */
};

struct counts {
    uint64_t ut_marks, standard_marks, leaps, times, types, name_bytes;
};

static uint64_t big_endian(const char *p, size_t n)
{
    uint64_t number = 0;

    for (size_t i = 0; i < n; i++)
        number = number << 8 | (unsigned char)p[i];
    return number;
}

static int64_t time_at(const struct time_zone *zone, size_t i)
{
    return (int64_t)big_endian(zone->times.p + i * TIME_BYTES, TIME_BYTES);
}

static int64_t offset_of_type(const struct time_zone *zone, size_t type)
{
    return (int32_t)big_endian(zone->types.p + type * TYPE_BYTES, 4);
}

/* Takes n bytes off rest; false if there are fewer. */
static bool take_bytes(struct str *rest, uint64_t n, struct str *out_bytes)
{
    if (n > rest->n)
        return false;
    *out_bytes = (struct str){rest->p, (size_t)n};
    *rest = str_skip(*rest, (size_t)n);
    return true;
}

static bool take_header(struct str *rest, struct counts *out_counts)
{
    struct str header;

    if (!take_bytes(rest, HEADER_BYTES, &header) ||
        !str_starts_with(header, STR_OF("TZif")) || header.p[4] < '2')
        return false;
    uint64_t *const counts[] = {&out_counts->ut_marks, &out_counts->standard_marks,
                                &out_counts->leaps,    &out_counts->times,
                                &out_counts->types,    &out_counts->name_bytes};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        *counts[i] = big_endian(header.p + COUNTS_AT + 4 * i, 4);
    return true;
}

/* The first block repeats the second with times of four bytes, for readers of old. */
static bool skip_first_block(struct str *rest)
{
    struct counts counts;
    struct str block;

    return take_header(rest, &counts) &&
           take_bytes(rest,
                      counts.times * 5 + counts.types * TYPE_BYTES + counts.name_bytes +
                          counts.leaps * 8 + counts.standard_marks + counts.ut_marks,
                      &block);
}

static bool take_tables(struct str *rest, struct time_zone *zone)
{
    struct counts counts;
    struct str unused;

    if (!take_header(rest, &counts) ||
        !take_bytes(rest, counts.times * TIME_BYTES, &zone->times) ||
        !take_bytes(rest, counts.times, &zone->indices) ||
        !take_bytes(rest, counts.types * TYPE_BYTES, &zone->types) ||
        !take_bytes(rest,
                    counts.name_bytes + counts.leaps * LEAP_BYTES +
                        counts.standard_marks + counts.ut_marks,
                    &unused))
        return false;
    for (size_t i = 0; i < zone->indices.n; i++)
        if ((unsigned char)zone->indices.p[i] >= counts.types)
            return false;
    return counts.types > 0 && counts.leaps == 0; /* "right/" zones are not UTC */
}

static bool take_footer(struct str *rest, struct time_zone *zone)
{
    struct str line_end;

    if (!take_bytes(rest, 1, &line_end) || line_end.p[0] != '\n')
        return false;
    struct str text = str_cut(rest, '\n');
    zone->has_rule = text.n > 0;
    return text.n == 0 || time_zone_rule_parse(text, &zone->rule);
}

enum err time_zone_parse(struct str bytes, struct arena *arena,
                         const struct time_zone **out_zone, struct error *error)
{
    struct time_zone *zone = arena_alloc(arena, sizeof *zone);
    struct str rest = bytes;

    if (!zone)
        return error_set(error, ERR_MEMORY, "no memory for a time zone");
    if (!skip_first_block(&rest) || !take_tables(&rest, zone) ||
        !take_footer(&rest, zone))
        return error_set(error, ERR_USAGE,
                         "is no time zone file: allowed TZif version 2 or later, "
                         "without leap seconds");
    *out_zone = zone;
    return ERR_OK;
}

/* Europe/Berlin, Etc/GMT+5: a capital first, which also keeps "../" and "right/" out. */
static bool is_zone_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool is_capital = c >= 'A' && c <= 'Z';
        bool is_other = c && strchr("abcdefghijklmnopqrstuvwxyz0123456789_+-/", c);
        if (!is_capital && (!is_other || i == 0))
            return false;
    }
    return name.n > 0 && name.n <= NAME_BYTES_MAX && name.p[name.n - 1] != '/';
}

enum err time_zone_load(struct str name, struct arena *arena,
                        const struct time_zone **out_zone, struct error *error)
{
    static const char allowed[] = "allowed an IANA name, e.g. Europe/Berlin";

    if (!is_zone_name(name))
        return error_set(error, ERR_USAGE, "is no time zone: %s", allowed);
    struct str path = arena_printf(arena, ZONEINFO "/%.*s", STR_ARG(name));
    struct buf content = buf_new(TIME_ZONE_BYTES_MAX);
    struct error cause;
    enum err outcome = file_read(path, &content, &cause);
    if (outcome == ERR_OK)
        outcome = time_zone_parse(arena_copy(arena, buf_str(&content)), arena, out_zone,
                                  &cause);
    buf_free(&content);
    if (outcome != ERR_OK)
        return error_set(error, outcome, "is no time zone here (%s): %s", cause.text,
                         allowed);
    return ERR_OK;
}

/* How many changes lie at or before that moment. */
static size_t changes_until(const struct time_zone *zone, int64_t unix_seconds)
{
    size_t low = 0;
    size_t high = zone->indices.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (time_at(zone, middle) <= unix_seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t time_zone_offset(const struct time_zone *zone, int64_t unix_seconds)
{
    size_t changes = changes_until(zone, unix_seconds);

    if (changes == zone->indices.n && zone->has_rule)
        return time_zone_rule_offset(&zone->rule, unix_seconds);
    /* RFC 8536 3.2: before the first change it is the first type. */
    size_t type = changes ? (unsigned char)zone->indices.p[changes - 1] : 0;
    return offset_of_type(zone, type);
}
