/* http_wire.h - the DBus HTTP API (dbus_api_server.py 3.x) in bytes.
 *
 * Pure: no sockets, no clock.  Wants become request paths, answers become names and
 * reports.  Facts are measured with version 3.2.0 on Venus OS v3.70.
 */
#ifndef SOURCE_HTTP_WIRE_H
#define SOURCE_HTTP_WIRE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct report;

/* D-Bus itself allows no longer bus name. */
#define HTTP_WIRE_NAME_BYTES 255

/* Names read from one answer.  Which of them are asked is chosen by importance, so more
 * of them are read than LIMIT_SERVICES. */
#define HTTP_WIRE_NAMES_MAX 4096

/* prefix is the URL's path; adds "/prefix/services". */
void http_wire_services_path(struct str prefix, struct buf *out);

/* Adds "/prefix/value?service=S&path=/", S percent-encoded. */
void http_wire_value_path(struct str prefix, struct str service, struct buf *out);

/* The body of /services: com.victronenergy names, sorted by bytes, each once, copied
 * into arena; at most HTTP_WIRE_NAMES_MAX, *out_dropped says how many were over it.
 * ERR_EMPTY without any name, ERR_MALFORMED if it is not that JSON. */
enum err http_wire_services(struct str body, struct arena *arena, struct str **out_names,
                            size_t *out_count, size_t *out_dropped, struct error *error)
    __attribute__((warn_unused_result));

/* The service type in a bus name: "battery" of "com.victronenergy.battery.ttyO1";
 * empty if the name has another form. */
struct str http_wire_device(struct str service);

/* The body of /value?…&path=/ as a report with instance, values and ERR_OK; times and
 * sizes are the caller's.  Values beyond max_values are counted as REFUSAL_LIMIT.
 * ERR_MALFORMED (cut short, not JSON, another shape), ERR_NOT_FOUND (success false),
 * ERR_EMPTY (no value at all), ERR_TOO_LARGE. */
enum err http_wire_report(struct str service, struct str body, size_t max_values,
                          struct report **out_report, struct error *error)
    __attribute__((warn_unused_result));

#endif
