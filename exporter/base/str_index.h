/* str_index.h - a hash table from text to a pointer.
 *
 * Keys are borrowed and must outlive the index; values are the caller's.
 * One thread at a time.  Fails sticky when memory or the maximum is reached.
 */
#ifndef BASE_STR_INDEX_H
#define BASE_STR_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct str_index_slot;

struct str_index {
    struct str_index_slot *slots; /* power of two; NULL while empty */
    size_t slot_count;
    size_t used;
    size_t max;
    bool failed;
};

struct str_index str_index_new(size_t max_entries);

/* NULL if there is none. */
void *str_index_get(const struct str_index *index, struct str key);

/* Adds or replaces; value is not NULL. */
void str_index_put(struct str_index *index, struct str key, void *value);

void str_index_free(struct str_index *index);

#endif
