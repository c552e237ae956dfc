/* request_count.c - see request_count.h
 *
 * 4 KB a route buys that there is no lock, no search and no status that was not thought
 * of.
 */
#include "server/request_count.h"

#define STATUS_FIRST 100
#define STATUS_END 600
#define STATUS_COUNT ((size_t)(STATUS_END - STATUS_FIRST))

struct request_count request_count_in(struct arena *arena, const char *const *names,
                                      size_t row_count)
{
    return (struct request_count){
        .names = names,
        .row_count = row_count,
        .cells =
            arena_array(arena, row_count, STATUS_COUNT * sizeof(atomic_uint_fast64_t)),
    };
}

void request_count_add(struct request_count *counts, size_t row, int status)
{
    if (status < STATUS_FIRST || status >= STATUS_END)
        status = 500;
    atomic_fetch_add_explicit(
        &counts->cells[row * STATUS_COUNT + (size_t)(status - STATUS_FIRST)], 1,
        memory_order_relaxed);
}

void request_count_each(const struct request_count *counts,
                        void (*each)(void *context, const char *name, int status,
                                     uint64_t count),
                        void *context)
{
    for (size_t i = 0; i < counts->row_count * STATUS_COUNT; i++) {
        uint64_t count = atomic_load_explicit(&counts->cells[i], memory_order_relaxed);
        if (count)
            each(context, counts->names[i / STATUS_COUNT],
                 STATUS_FIRST + (int)(i % STATUS_COUNT), count);
    }
}
