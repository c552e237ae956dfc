/* router.h - from a request to its route. */
#ifndef SERVER_ROUTER_H
#define SERVER_ROUTER_H

#include <stddef.h>

#include "base/arena.h"

struct admission;
struct request;
struct route;
struct router_entry;

struct router {
    struct admission *admission;  /* who is let in; NULL: everybody */
    struct router_entry *entries; /* in the arena */
    size_t count;
    const char **names; /* of request_count's rows: a route's own, and "other" last */
    size_t name_count;
};

/* Copies routes and their texts.  Fails with the arena. */
struct router router_in(struct arena *arena, const struct route *routes, size_t count);

/* Runs a request that was read, or that waited: afterwards it is answered, or it waits.
 * Who is not let in, what is no route, or is not allowed to run, is answered here. */
void router_run(struct router *router, struct request *request);

#endif
