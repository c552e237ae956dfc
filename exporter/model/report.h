/* report.h - what one service (over MQTT: one device) said, or why it did not.
 *
 * A report is filled by one thread, then handed over and never changed again:
 * snapshots of several fetches may share it.  It is reference-counted; every
 * text and reading in it lives in its arena, but for paths that reports share.
 */
#ifndef MODEL_REPORT_H
#define MODEL_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/refusal.h"
#include "model/value.h"

struct path_list;

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
    bool is_disconnected;    /* its /Connected is 0: a driver without its device */
    struct reading *readings;
    size_t reading_count;
    size_t refused[REFUSAL_END]; /* values that the source dropped */

    /* of report.c */
    struct arena arena;
    struct path_list *paths; /* that the readings borrow from; NULL: they are copies */
    size_t reading_size;
    int references;
};

/* Room for at most max_readings; the texts are copied.  NULL without memory. */
struct report *report_new(struct str service, struct str device, size_t max_readings);

/* A report without bus name whose readings have their paths from the list, of which it
 * takes a reference.  text_bytes: of instance and all texts, each with
 * ARENA_PIECE_BYTES, so that they find room at once. */
struct report *report_new_of(struct path_list *paths, struct str device,
                             size_t text_bytes);

/* The value at the list's path of that index; copies its text. */
void report_add_of(struct report *report, size_t index, struct value value);

/* Copies path (with its leading slash) and the text of value.  Beyond the room or the
 * memory the value is counted as REFUSAL_LIMIT. */
void report_add(struct report *report, struct str path, struct value value);

/* Sets instance from the readings: /DeviceInstance, else /Identifier, else "0". */
void report_identify(struct report *report);

/* Sets instance; copies it. */
void report_set_instance(struct report *report, struct str instance);

/* The value at path, the last one if it was told twice, or NULL. */
const struct value *report_find(const struct report *report, struct str path);

/* Any thread. */
struct report *report_reference(struct report *report);

/* Any thread; NULL is allowed. */
void report_release(struct report *report);

#endif
