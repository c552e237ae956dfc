/* site_keys.c - see site_keys.h */
#include "config/site_keys.h"

#include "config/site_file.h"
#include "config/spelling.h"

#define FIELD(name) offsetof(struct site_file, name)

static const char *const profiles[] = {"eu", "uk", "us", "au", "za", "weak", NULL};
static const char *const classes[] = {"normal", "weak", NULL};
static const char *const chemistries[] = {"lfp", "nmc", "lead", NULL};

const struct site_key site_keys_table[] = {
    {.name = STR("name"),
     .kind = KEY_TEXT,
     .offset = FIELD(name),
     .meaning = "What people call the station."},
    {.name = STR("region"),
     .kind = KEY_TEXT,
     .offset = FIELD(region),
     .meaning = "Stations of one region share weather and grid."},
    {.name = STR("timezone"),
     .kind = KEY_TIME_ZONE,
     .offset = FIELD(timezone),
     .meaning = "IANA name, e.g. Europe/Berlin: when a day begins there."},
    {.name = STR("grid_profile"),
     .kind = KEY_CHOICE,
     .offset = FIELD(grid_profile),
     .choices = profiles,
     .meaning = "Which limits of voltage and frequency hold."},
    {.name = STR("grid_class"),
     .kind = KEY_CHOICE,
     .offset = FIELD(grid_class),
     .choices = classes,
     .meaning = "On a weak grid its alerts are one level lower."},
    {.name = STR("chemistry"),
     .kind = KEY_CHOICE,
     .offset = FIELD(chemistry),
     .choices = chemistries,
     .meaning = "Of the battery: which limits of its cells hold."},
    {.name = STR("latitude"),
     .kind = KEY_LATITUDE,
     .meaning = "Degrees, -90 to 90, north is positive; together with longitude."},
    {.name = STR("longitude"),
     .kind = KEY_LONGITUDE,
     .meaning = "Degrees, -180 to 180, east is positive; together with latitude."},
    {.name = STR("expected"),
     .kind = KEY_EXPECTED,
     .meaning = "How many devices of a type there must be: {\"battery\": 1}."},
    {.name = STR("parameters"),
     .kind = KEY_PARAMETERS,
     .meaning = "Parameters of the whole site, see below."},
    {.name = STR("devices"),
     .kind = KEY_DEVICES,
     .meaning = "Parameters of one device (type/instance) and of its trackers."},
};
const size_t site_keys_count = sizeof site_keys_table / sizeof *site_keys_table;

static struct str name_at(size_t i)
{
    return site_keys_table[i].name;
}

const struct site_key *site_keys_find(struct str name)
{
    for (size_t i = 0; i < site_keys_count; i++)
        if (str_equal(site_keys_table[i].name, name))
            return &site_keys_table[i];
    return NULL;
}

struct str site_keys_nearest(struct str name)
{
    return spelling_nearest(name, name_at, site_keys_count);
}
