/* info_labels.c - see info_labels.h */
#include "map/info_labels.h"

static const struct str device_labels[] = {
    STR(DEVICE_INFO_SERVICE), STR("product_name"), STR("product_id"),
    STR("custom_name"),       STR("serial"),       STR("firmware_version"),
    STR("hardware_version"),  STR("connection"),
};

static const struct str station_labels[] = {
    STR("portal_id"),
    STR("model"),
    STR("firmware_version"),
    STR("firmware_build"),
};

static const struct info_labels promised[] = {
    {STR(DEVICE_INFO_METRIC), device_labels,
     sizeof device_labels / sizeof *device_labels},
    {STR("victron_station_info"), station_labels,
     sizeof station_labels / sizeof *station_labels},
};

const struct info_labels *info_labels_of(struct str metric)
{
    for (size_t i = 0; i < sizeof promised / sizeof *promised; i++)
        if (str_equal(promised[i].metric, metric))
            return &promised[i];
    return NULL;
}

bool info_labels_has(const struct info_labels *labels, struct str label)
{
    for (size_t i = 0; i < labels->label_count; i++)
        if (str_equal(labels->labels[i], label))
            return true;
    return false;
}
