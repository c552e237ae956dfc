/* server_limits.h - the bounds of a server, and a way to open one with other bounds.
 *
 * Only server.c and the tests need this: what runs at a station has the bounds that
 * server.h names.
 */
#ifndef SERVER_SERVER_LIMITS_H
#define SERVER_SERVER_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct route;
struct server;
struct server_options;

struct server_limits {
    int64_t request_ms; /* from accept, or the last answer, to a request's last byte */
    int64_t answer_ms;  /* to read the answer */
    size_t connections_max;
    size_t connections_per_address_max;
};

/* As server_open.  Copies limits. */
enum err server_open_limited(const struct server_options *options,
                             const struct route *routes, size_t route_count,
                             const struct server_limits *limits,
                             struct server **out_server, struct error *error)
    __attribute__((warn_unused_result));

#endif
