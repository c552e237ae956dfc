/* recording_files.h - a snapshot as the files that tests/simulator replays.  Pure.
 *
 * services.json, settings.json and NAME.json for each service that gave values, each with
 * the bytes that the API of a GX would answer; recording.json says that it was us.
 */
#ifndef ACTIONS_RECORDING_FILES_H
#define ACTIONS_RECORDING_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "model/limits.h"

struct snapshot;

/* The services and three files about them all. */
#define RECORDING_FILES_MAX (LIMIT_SERVICES + 3)

/* recording.json comes first, so that an interrupted recording is known as one. */
#define RECORDING_MARK "recording.json"

struct recording_file {
    const char *name; /* without a folder */
    struct str content;
};

struct recording_files {
    struct recording_file items[RECORDING_FILES_MAX];
    size_t count;
    size_t service_count;
    size_t value_count;
};

/* Contents and names live in the arena; *out_files is filled even if it fails.  A service
 * without a bus name (MQTT) gets one made of its type and instance.
 * ERR_TOO_LARGE: the arena is exhausted. */
enum err recording_files_in(struct arena *arena, const struct snapshot *snapshot,
                            struct recording_files *out_files, struct error *error)
    __attribute__((warn_unused_result));

/* The content of a RECORDING_MARK that we wrote. */
bool recording_files_are_ours(struct str mark);

/* The name of a service's file: "com.victronenergy.….json". */
bool recording_files_is_service(struct str name);

#endif
