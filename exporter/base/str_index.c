/* str_index.c - open addressing with linear probing; entries are never removed alone. */
#include "base/str_index.h"

#include <stdlib.h>

#define FIRST_SLOTS ((size_t)64)

/* Without the hash: half of an index is free slots, and it seldom grows. */
struct str_index_slot {
    struct str key;
    void *value; /* NULL: free */
};

struct str_index str_index_new(size_t max_entries)
{
    return (struct str_index){.max = max_entries};
}

static struct str_index_slot *find(const struct str_index *index, struct str key)
{
    size_t mask = index->slot_count - 1;
    size_t i = (size_t)str_hash(key, STR_HASH_SEED) & mask;

    while (index->slots[i].value && !str_equal(index->slots[i].key, key))
        i = (i + 1) & mask;
    return &index->slots[i];
}

void *str_index_get(const struct str_index *index, struct str key)
{
    if (!index->slots)
        return NULL;
    return find(index, key)->value;
}

/* At most half full, so that a probe stays short. */
static bool make_room(struct str_index *index)
{
    if (index->used >= index->max)
        return false;
    if (index->slots && index->used < index->slot_count / 2)
        return true;

    struct str_index wider = *index;
    wider.slot_count = index->slots ? index->slot_count * 2 : FIRST_SLOTS;
    wider.slots = calloc(wider.slot_count, sizeof *wider.slots);
    if (!wider.slots)
        return false;
    for (size_t i = 0; index->slots && i < index->slot_count; i++)
        if (index->slots[i].value)
            *find(&wider, index->slots[i].key) = index->slots[i];
    free(index->slots);
    *index = wider;
    return true;
}

void str_index_put(struct str_index *index, struct str key, void *value)
{
    if (index->slots) {
        struct str_index_slot *old = find(index, key);
        if (old->value) {
            old->value = value;
            return;
        }
    }
    if (index->failed || !make_room(index)) {
        index->failed = true;
        return;
    }
    *find(index, key) = (struct str_index_slot){key, value};
    index->used++;
}

void str_index_free(struct str_index *index)
{
    free(index->slots);
    *index = str_index_new(index->max);
}
