/* site_file.c - see site_file.h */
#include "config/site_file.h"

#include <math.h>
#include <string.h>

#include "config/mistake.h"
#include "config/site_keys.h"
#include "config/site_owner.h"
#include "config/site_reader.h"
#include "config/time_zone.h"

#define SITE_BYTES_MAX ((size_t)2 * 1024 * 1024)
#define EXPECTED_DEVICES_MAX 256 /* as many services as a station may have */

/* The years 1 to 9999, for which calendars are defined. */
#define UNIX_SECONDS_MIN (-62135596800.0)
#define UNIX_SECONDS_MAX 253402300799.0

static const struct str top = STR(""); /* the place of a key that is in no other */

static struct str *text_field(struct site_file *site, const struct site_key *key)
{
    return (void *)((char *)site + key->offset);
}

static void read_time_zone(struct site_reader *reader, struct site_file *site,
                           const struct site_key *key, json_t *value)
{
    struct str *name = text_field(site, key);
    struct error error;

    if (site_reader_text(reader, top, key->name, value, name) &&
        time_zone_load(*name, reader->arena, &site->zone, &error) != ERR_OK)
        site_reader_refuse(reader, top, key->name, value, error.text);
}

static void read_expected_device(struct site_reader *reader, struct site_file *site,
                                 struct str key, struct str type, json_t *count)
{
    static const struct site_range range = {0, EXPECTED_DEVICES_MAX, true};
    struct site_expected expected = {.device = arena_copy(reader->arena, type)};

    if (!site_owner_is_device_type(type))
        site_reader_refuse(reader, key, type, NULL,
                           "is no device type: allowed e.g. battery");
    else if (site_reader_number(reader, key, type, count, range, &expected.count) &&
             site->expected)
        site->expected[site->expected_count++] = expected;
}

static void read_expected(struct site_reader *reader, struct site_file *site,
                          const struct site_key *key, json_t *object)
{
    const char *type;
    json_t *count;

    if (!site_reader_object(reader, top, key->name, object))
        return;
    if (json_object_size(object) > SITE_EXPECTED_MAX) {
        mistake_add(reader->mistakes, "%.*s: %.*s: has %zu device types: allowed %d",
                    STR_ARG(reader->file_name), STR_ARG(key->name),
                    json_object_size(object), SITE_EXPECTED_MAX);
        return;
    }
    site->expected =
        arena_array(reader->arena, json_object_size(object), sizeof *site->expected);
    json_object_foreach(object, type, count)
        read_expected_device(reader, site, key->name, str_from(type), count);
}

static void read_key(struct site_reader *reader, struct site_file *site,
                     const struct site_key *key, json_t *value)
{
    static const struct site_range latitudes = {-90, 90, false};
    static const struct site_range longitudes = {-180, 180, false};

    switch (key->kind) {
    case KEY_TEXT:
        (void)site_reader_text(reader, top, key->name, value, text_field(site, key));
        break;
    case KEY_CHOICE:
        (void)site_reader_choice(reader, top, key->name, value, key->choices,
                                 text_field(site, key));
        break;
    case KEY_TIME_ZONE:
        read_time_zone(reader, site, key, value);
        break;
    case KEY_LATITUDE:
        site->has_latitude = site_reader_number(reader, top, key->name, value, latitudes,
                                                &site->latitude_degrees);
        break;
    case KEY_LONGITUDE:
        site->has_longitude = site_reader_number(reader, top, key->name, value,
                                                 longitudes, &site->longitude_degrees);
        break;
    case KEY_EXPECTED:
        read_expected(reader, site, key, value);
        break;
    case KEY_PARAMETERS:
        site_owner_read_site(reader, site, key->name, value);
        break;
    case KEY_DEVICES:
        site_owner_read_devices(reader, site, key->name, value);
        break;
    }
}

/* Half a position is no position. */
static void check_position(struct site_reader *reader, json_t *root)
{
    bool has_latitude = json_object_get(root, "latitude");
    bool has_longitude = json_object_get(root, "longitude");

    if (has_latitude != has_longitude)
        mistake_add(reader->mistakes, "%.*s: %s without %s: allowed both or none",
                    STR_ARG(reader->file_name), has_latitude ? "latitude" : "longitude",
                    has_latitude ? "longitude" : "latitude");
}

static bool make_room(struct site_reader *reader, struct site_file *site, json_t *root)
{
    size_t count = site_owner_count(json_object_get(root, "parameters"),
                                    json_object_get(root, "devices"));

    if (count > SITE_PARAMETERS_MAX) {
        mistake_add(reader->mistakes, "%.*s: has %zu parameters: allowed %d",
                    STR_ARG(reader->file_name), count, SITE_PARAMETERS_MAX);
        return false;
    }
    site->parameters = arena_array(reader->arena, count, sizeof *site->parameters);
    return true;
}

static void read_root(struct site_reader *reader, struct site_file *site, json_t *root)
{
    const char *name;
    json_t *value;

    if (!json_is_object(root)) {
        mistake_add(reader->mistakes, "%.*s: allowed one JSON object, {...}",
                    STR_ARG(reader->file_name));
        return;
    }
    if (!make_room(reader, site, root))
        return;
    json_object_foreach(root, name, value)
    {
        const struct site_key *key = site_keys_find(str_from(name));
        if (key)
            read_key(reader, site, key, value);
        else
            site_reader_refuse_unknown(reader, top, str_from(name), "key",
                                       site_keys_nearest(str_from(name)));
    }
    check_position(reader, root);
}

enum err site_file_parse(struct str file_name, struct str json,
                         struct site_file *out_site, struct buf *mistakes)
{
    struct site_file site = {.arena = arena_new(SITE_BYTES_MAX)};
    struct site_reader reader = {
        .file_name = file_name, .arena = &site.arena, .mistakes = mistakes};
    size_t mistakes_before = mistakes->n;
    json_error_t error;
    json_t *root = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &error);

    if (root)
        read_root(&reader, &site, root);
    else
        mistake_add(mistakes, "%.*s: line %d, column %d: %s", STR_ARG(file_name),
                    error.line, error.column, error.text);
    json_decref(root);
    if (site.arena.failed)
        mistake_add(mistakes, "%.*s: is too large: allowed %zu bytes of names",
                    STR_ARG(file_name), SITE_BYTES_MAX);
    if (mistakes->n > mistakes_before || mistakes->failed) {
        site_file_free(&site);
        return ERR_USAGE;
    }
    *out_site = site;
    return ERR_OK;
}

bool site_file_timezone_offset(const struct site_file *site, double unix_seconds,
                               double *out_offset_seconds)
{
    if (!site->zone ||
        !(unix_seconds >= UNIX_SECONDS_MIN && unix_seconds <= UNIX_SECONDS_MAX))
        return false;
    *out_offset_seconds =
        (double)time_zone_offset(site->zone, (int64_t)floor(unix_seconds));
    return true;
}

void site_file_free(struct site_file *site)
{
    if (!site)
        return;
    arena_free(&site->arena);
    memset(site, 0, sizeof *site);
}
