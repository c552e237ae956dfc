/* request_count.h - how many requests were answered, by route name and status.
 *
 * The server thread adds, any thread reads.
 */
#ifndef SERVER_REQUEST_COUNT_H
#define SERVER_REQUEST_COUNT_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct request_count {
    const char *const *names; /* of the rows; borrowed */
    size_t row_count;
    atomic_uint_fast64_t *cells; /* in the arena: a row for each name, a column for each
                                    status that HTTP has */
};

/* Fails with the arena. */
struct request_count request_count_in(struct arena *arena, const char *const *names,
                                      size_t row_count);

/* A status that is none of HTTP's counts as 500. */
void request_count_add(struct request_count *counts, size_t row, int status);

/* Those that are not 0, by row, then by status. */
void request_count_each(const struct request_count *counts,
                        void (*each)(void *context, const char *name, int status,
                                     uint64_t count),
                        void *context);

#endif
