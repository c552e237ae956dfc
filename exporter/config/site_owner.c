/* site_owner.c - see site_owner.h */
#include "config/site_owner.h"

#include "config/mistake.h"
#include "config/option_check.h"
#include "config/site_parameters.h"

#define TRACKER_MAX 99

/* Whose parameters stand at a place of the file. */
struct owner {
    struct str place; /* "devices: solarcharger/279" */
    enum site_trait trait;
    struct str device, instance, tracker;
};

static const char *allowed_places(unsigned traits)
{
    switch (traits & (ON_SITE | ON_DEVICE | ON_TRACKER)) {
    case ON_SITE:
        return "stands in the wrong place: allowed in parameters";
    case ON_SITE | ON_DEVICE:
        return "stands in the wrong place: allowed in parameters and for a device";
    case ON_DEVICE | ON_TRACKER:
        return "stands in the wrong place: allowed for a device or a tracker";
    default:
        return "stands in the wrong place: allowed for a device";
    }
}

static void read_parameter(struct site_reader *reader, struct site_file *site,
                           const struct owner *owner, struct str name, json_t *value)
{
    const struct site_parameter_row *row = site_parameters_find(name);

    if (!row) {
        site_reader_refuse_unknown(reader, owner->place, name, "parameter",
                                   site_parameters_nearest(name));
        return;
    }
    if (!(row->traits & owner->trait)) {
        site_reader_refuse(reader, owner->place, name, NULL, allowed_places(row->traits));
        return;
    }
    struct site_parameter parameter = {.name = row->name,
                                       .device = owner->device,
                                       .instance = owner->instance,
                                       .tracker = owner->tracker};
    struct site_range range = {row->min, row->max, row->traits & WHOLE};
    if (site_reader_number(reader, owner->place, name, value, range, &parameter.value) &&
        site->parameters)
        site->parameters[site->parameter_count++] = parameter;
}

static void read_parameters(struct site_reader *reader, struct site_file *site,
                            const struct owner *owner, json_t *object)
{
    const char *name;
    json_t *value;

    json_object_foreach(object, name, value)
    {
        bool is_trackers = str_equal(str_from(name), STR_OF("trackers"));
        if (owner->trait != ON_DEVICE || !is_trackers)
            read_parameter(reader, site, owner, str_from(name), value);
    }
}

static void read_tracker(struct site_reader *reader, struct site_file *site,
                         const struct owner *device, struct str tracker, json_t *object)
{
    struct str place =
        arena_printf(reader->arena, "%.*s: trackers", STR_ARG(device->place));
    struct owner owner = *device;
    uint64_t number;

    if (!str_to_unsigned(tracker, TRACKER_MAX, &number)) {
        site_reader_refuse(reader, place, tracker, NULL,
                           "is no tracker: allowed \"0\" to \"99\"");
        return;
    }
    if (!site_reader_object(reader, place, tracker, object))
        return;
    owner.trait = ON_TRACKER;
    owner.tracker = arena_copy(reader->arena, tracker);
    owner.place =
        arena_printf(reader->arena, "%.*s: %.*s", STR_ARG(place), STR_ARG(tracker));
    read_parameters(reader, site, &owner, object);
}

static void read_trackers(struct site_reader *reader, struct site_file *site,
                          const struct owner *device, json_t *trackers)
{
    const char *tracker;
    json_t *object;

    if (!trackers ||
        !site_reader_object(reader, device->place, STR_OF("trackers"), trackers))
        return;
    json_object_foreach(trackers, tracker, object)
        read_tracker(reader, site, device, str_from(tracker), object);
}

static void read_device(struct site_reader *reader, struct site_file *site,
                        struct str key, struct str name, json_t *object)
{
    struct owner owner = {.trait = ON_DEVICE,
                          .instance = arena_copy(reader->arena, name)};

    owner.device = str_cut(&owner.instance, '/');
    owner.place = arena_printf(reader->arena, "%.*s: %.*s", STR_ARG(key),
                               STR_ARG(mistake_value(name)));
    if (!site_owner_is_device_type(owner.device) || !owner.instance.n) {
        site_reader_refuse(reader, key, name, NULL,
                           "is no device: allowed type/instance, e.g. solarcharger/279");
        return;
    }
    if (!site_reader_object(reader, key, name, object))
        return;
    read_parameters(reader, site, &owner, object);
    read_trackers(reader, site, &owner, json_object_get(object, "trackers"));
}

size_t site_owner_count(json_t *parameters, json_t *devices)
{
    size_t count = json_object_size(parameters);
    const char *name;
    json_t *device;

    json_object_foreach(devices, name, device)
    {
        json_t *trackers = json_object_get(device, "trackers");
        const char *number;
        json_t *tracker;
        count += json_object_size(device);
        json_object_foreach(trackers, number, tracker)
        {
            count += json_object_size(tracker);
        }
    }
    return count;
}

void site_owner_read_site(struct site_reader *reader, struct site_file *site,
                          struct str key, json_t *object)
{
    const struct owner owner = {.place = key, .trait = ON_SITE};

    if (site_reader_object(reader, STR_OF(""), key, object))
        read_parameters(reader, site, &owner, object);
}

void site_owner_read_devices(struct site_reader *reader, struct site_file *site,
                             struct str key, json_t *object)
{
    const char *name;
    json_t *device;

    if (!site_reader_object(reader, STR_OF(""), key, object))
        return;
    json_object_foreach(object, name, device)
        read_device(reader, site, key, str_from(name), device);
}

bool site_owner_is_device_type(struct str type)
{
    return type.n && option_check_device_type(type, NULL) == ERR_OK;
}
