/* info_labels.h - info metrics whose labels and their order are promised to users. */
#ifndef MAP_INFO_LABELS_H
#define MAP_INFO_LABELS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* One series for each device, whatever the device says of itself. */
#define DEVICE_INFO_METRIC "victron_device_info"

/* Its label that comes from the report, not from a row. */
#define DEVICE_INFO_SERVICE "service"

struct info_labels {
    struct str metric;
    const struct str *labels; /* behind site, device and instance */
    size_t label_count;
};

/* NULL if the metric's labels are its rows' own business. */
const struct info_labels *info_labels_of(struct str metric);

bool info_labels_has(const struct info_labels *labels, struct str label);

#endif
