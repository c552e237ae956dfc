/* personal_path.c - see personal_path.h
 *
 * What no row speaks of is DATUM_TEXT, where whatever was found elsewhere is replaced:
 * the next firmware's paths are treated with suspicion.
 */
#include "actions/personal_path.h"

#include <stdbool.h>
#include <stddef.h>

#include "map/metric_map.h"

/* In the middle of the Atlantic, at sea level. */
#define MADE_UP_LATITUDE 30.5
#define MADE_UP_LONGITUDE (-40.25)
#define MADE_UP_ALTITUDE 2

struct personal_row {
    struct str device;  /* empty: any */
    struct str pattern; /* "*" is one segment, "**" any number; capitals do not matter */
    enum datum datum;
};

/* The first match counts: exceptions stand before their rule. */
static const struct personal_row rows[] = {
    {STR("system"), STR("/Serial"), DATUM_PORTAL_ID},
    {STR("platform"), STR("/Device/UniqueId"), DATUM_PORTAL_ID},
    {STR("platform"), STR("/CanBus/**"), DATUM_TECHNICAL},
    {STR("logger"), STR("/Buffer/Location"), DATUM_TECHNICAL},

    {STR(""), STR("/**/AvailableBuild"), DATUM_VERSION},
    {STR(""), STR("/**/AvailableVersion"), DATUM_VERSION},
    {STR(""), STR("/**/Build"), DATUM_VERSION},
    {STR(""), STR("/**/FirmwareBuild"), DATUM_VERSION},
    {STR(""), STR("/**/FirmwareVersion"), DATUM_VERSION},
    {STR(""), STR("/**/HardwareVersion"), DATUM_VERSION},
    {STR(""), STR("/**/ProcessVersion"), DATUM_VERSION},
    {STR(""), STR("/**/Version"), DATUM_VERSION},

    {STR(""), STR("/**/AllowedRoles"), DATUM_TECHNICAL},
    {STR(""), STR("/**/Brand"), DATUM_TECHNICAL},
    {STR(""), STR("/**/Connection"), DATUM_TECHNICAL},
    {STR(""), STR("/**/ConnectionStatus"), DATUM_TECHNICAL},
    {STR(""), STR("/**/Error/*/Id"), DATUM_TECHNICAL},
    {STR(""), STR("/**/HardwareID"), DATUM_TECHNICAL},
    {STR(""), STR("/**/Manufacturer"), DATUM_TECHNICAL},
    {STR(""), STR("/**/Model"), DATUM_TECHNICAL},
    {STR(""), STR("/**/ModelName"), DATUM_TECHNICAL},
    {STR(""), STR("/**/NetworkType"), DATUM_TECHNICAL},
    {STR(""), STR("/**/ProcessName"), DATUM_TECHNICAL},
    {STR(""), STR("/**/ProductId"), DATUM_TECHNICAL},
    {STR(""), STR("/**/ProductName"), DATUM_TECHNICAL},
    {STR(""), STR("/**/RawUnit"), DATUM_TECHNICAL},
    {STR(""), STR("/**/Role"), DATUM_TECHNICAL},
    {STR(""), STR("/**/ServiceType"), DATUM_TECHNICAL},
    {STR(""), STR("/**/State"), DATUM_TECHNICAL},
    {STR(""), STR("/**/SystemType"), DATUM_TECHNICAL},
    {STR(""), STR("/**/Trigger"), DATUM_TECHNICAL},
    {STR(""), STR("/**/Type"), DATUM_TECHNICAL},
    {STR(""), STR("/**/Unit"), DATUM_TECHNICAL},

    {STR(""), STR("/**/VIN"), DATUM_VIN},

    {STR(""), STR("/**/HQSerialNumber"), DATUM_SERIAL},
    {STR(""), STR("/**/IMEI"), DATUM_SERIAL},
    {STR(""), STR("/**/LocalSki"), DATUM_SERIAL},
    {STR(""), STR("/**/Serial"), DATUM_SERIAL},
    {STR(""), STR("/**/SerialNumber"), DATUM_SERIAL},
    {STR(""), STR("/**/Ski"), DATUM_SERIAL},
    {STR(""), STR("/**/TrustedSkis"), DATUM_SERIAL},

    {STR(""), STR("/**/AutoSelectedBatteryService"), DATUM_NAME},
    {STR(""), STR("/**/AutoSelectedTemperatureService"), DATUM_NAME},
    {STR(""), STR("/**/AvailableBackups"), DATUM_NAME},
    {STR(""), STR("/**/AvailableBatteryMeasurements"), DATUM_NAME},
    {STR(""), STR("/**/AvailableBatteryServices"), DATUM_NAME},
    {STR(""), STR("/**/AvailableTankServices"), DATUM_NAME},
    {STR(""), STR("/**/AvailableTemperatureServices"), DATUM_NAME},
    {STR(""), STR("/**/CustomName"), DATUM_NAME},
    {STR(""), STR("/**/DeviceName"), DATUM_NAME},
    {STR(""), STR("/**/File"), DATUM_NAME},
    {STR(""), STR("/**/FirmwareIncompatibleBackups"), DATUM_NAME},
    {STR(""), STR("/**/Group"), DATUM_NAME},
    {STR(""), STR("/**/Host"), DATUM_NAME},
    {STR(""), STR("/**/Hostname"), DATUM_NAME},
    {STR(""), STR("/**/Label"), DATUM_NAME},
    {STR(""), STR("/**/Labels"), DATUM_NAME},
    {STR(""), STR("/**/Location"), DATUM_NAME},
    {STR(""), STR("/**/Name"), DATUM_NAME},
    {STR(""), STR("/**/NetworkName"), DATUM_NAME},
    {STR(""), STR("/**/PrimaryLabel"), DATUM_NAME},
    {STR(""), STR("/**/SystemName"), DATUM_NAME},

    {STR(""), STR("/**/ConnectionErrorMessage"), DATUM_MESSAGE},
    {STR(""), STR("/**/Description"), DATUM_MESSAGE},
    {STR(""), STR("/**/Message"), DATUM_MESSAGE},

    {STR(""), STR("/**/Altitude"), DATUM_POSITION},
    {STR(""), STR("/**/Latitude"), DATUM_POSITION},
    {STR(""), STR("/**/Longitude"), DATUM_POSITION},
    {STR(""), STR("/Position/*"), DATUM_POSITION},
};

static const struct {
    struct str pattern;
    double number;
} positions[] = {
    {STR("/**/Latitude"), MADE_UP_LATITUDE},
    {STR("/**/Longitude"), MADE_UP_LONGITUDE},
    {STR("/**/Altitude"), MADE_UP_ALTITUDE},
};

/* Both without their leading slash. */
static bool matches_segments(struct str pattern, struct str path)
{
    while (pattern.n) {
        struct str wanted = str_cut(&pattern, '/');
        if (str_equal(wanted, STR_OF("**"))) {
            while (path.n && !matches_segments(pattern, path))
                (void)str_cut(&path, '/');
            return path.n || !pattern.n;
        }
        if (!path.n)
            return false;
        struct str segment = str_cut(&path, '/');
        if (!str_equal(wanted, STR_OF("*")) && !str_equal_ignoring_case(wanted, segment))
            return false;
    }
    return !path.n;
}

static bool matches(struct str pattern, struct str path)
{
    return str_starts_with(path, STR_OF("/")) &&
           matches_segments(str_skip(pattern, 1), str_skip(path, 1));
}

enum datum personal_path_datum(struct str device, struct str path)
{
    if (metric_map_is_secret(device, path))
        return DATUM_SECRET;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if ((!rows[i].device.n || str_equal(rows[i].device, device)) &&
            matches(rows[i].pattern, path))
            return rows[i].datum;
    return DATUM_TEXT;
}

double personal_path_position(struct str path)
{
    for (size_t i = 0; i < sizeof positions / sizeof *positions; i++)
        if (matches(positions[i].pattern, path))
            return positions[i].number;
    return 0;
}
