/* mqtt_access.h - which broker, and how to get in.
 *
 * Made once of the options; constant afterwards.  Secrets stay in their files and are
 * read for each connection, so that a rotated password needs no restart.
 */
#ifndef SOURCE_MQTT_ACCESS_H
#define SOURCE_MQTT_ACCESS_H

#include <mosquitto.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "source/source.h"

/* Texts live in the arena and end in NUL. */
struct mqtt_access {
    struct str host;
    uint16_t port;
    bool uses_tls;
    struct str portal;           /* empty: to be discovered */
    struct str username;         /* empty: none */
    struct str password_file;    /* empty: none */
    const char *password_prefix; /* before what the file holds */
    struct str ca_file;          /* empty: the system's */
    bool skip_verify;
    bool skip_hostname_check;
};

/* ERR_USAGE says what is wrong with which flag: the URL, the portal id, the password or
 * CA file (both are looked at), or what vrm: needs and was not given. */
enum err mqtt_access_load(const struct source_options *options, struct arena *arena,
                          struct mqtt_access *out_access, struct error *error)
    __attribute__((warn_unused_result));

/* Gives credentials and TLS rules to a client that is about to connect.  ERR_AUTH or
 * ERR_TLS if a file cannot be used any more. */
enum err mqtt_access_apply(const struct mqtt_access *access, struct mosquitto *client,
                           struct error *error) __attribute__((warn_unused_result));

#endif
