/* report.h - what one service (over MQTT: one device) said, or why it did not.
 *
 * A report is filled by one thread, then handed over and never changed again:
 * snapshots of several fetches may share it.  It is reference-counted; every
 * text and reading in it lives in its arena.
 */
#ifndef MODEL_REPORT_H
#define MODEL_REPORT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/refusal.h"
#include "model/value.h"

struct reading {
    struct str path; /* with a leading slash */
    struct value value;
};

struct report {
    struct str service;      /* bus name; empty over MQTT */
    struct str device;       /* service type: the third part of the bus name */
    struct str instance;     /* /DeviceInstance in decimal, else /Identifier, else "0";
                                empty while unknown */
    enum err outcome;        /* of its last request; ERR_OK over MQTT */
    double duration_seconds; /* of its last request */
    double updated_at;       /* unix time of the values; 0 without values */
    size_t response_bytes;   /* of its last request */
    struct reading *readings;
    size_t reading_count;
    size_t refused[REFUSAL_END]; /* values that the source dropped */

    /* of report.c */
    struct arena arena;
    size_t reading_size;
    int references;
};

/* Room for at most max_readings; the texts are copied.  NULL without memory. */
struct report *report_new(struct str service, struct str device, size_t max_readings);

/* Copies path (with its leading slash) and the text of value.  Beyond the room or the
 * memory the value is counted as REFUSAL_LIMIT. */
void report_add(struct report *report, struct str path, struct value value);

/* Sets instance from the readings: /DeviceInstance, else /Identifier, else "0". */
void report_identify(struct report *report);

/* Sets instance; copies it. */
void report_set_instance(struct report *report, struct str instance);

/* The value at path, or NULL. */
const struct value *report_find(const struct report *report, struct str path);

/* Any thread. */
struct report *report_reference(struct report *report);

/* Any thread; NULL is allowed. */
void report_release(struct report *report);

#endif
