/* reading_place.h - where a reading stands: a device and a D-Bus path of it. */
#ifndef SOURCE_READING_PLACE_H
#define SOURCE_READING_PLACE_H

#include "base/str.h"

struct reading_place {
    struct str device;   /* service type: "battery" */
    struct str instance; /* "512", or any text */
    struct str path;     /* with a leading slash */
};

#endif
