/* reading_table.h - devices and their readings, found by place.
 *
 * The data structure below reading_cache, which alone uses it and locks it.  A place is
 * hashed; places can be removed, and what is removed is freed, so that years of coming
 * and going cost nothing.  Bounded by limits.h and by TABLE_BYTES_MAX.
 */
#ifndef SOURCE_READING_TABLE_H
#define SOURCE_READING_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/limits.h"
#include "model/value.h"
#include "source/reading_place.h"

/* Of all readings: 50,000 ordinary ones take a third of it. */
#define TABLE_BYTES_MAX ((size_t)4 * LIMIT_ANSWER_BYTES)

struct path_list;
struct report;

struct table_entry {
    struct table_entry *next; /* in the same bucket */
    struct table_device *device;
    uint64_t hash;
    union {
        double number;
        char *text; /* own; VALUE_TEXT and VALUE_JSON */
    } content;
    uint32_t text_n;
    uint32_t index;    /* in the device's entries */
    uint32_t named_in; /* the caller's: number of the set that named it last */
    uint16_t path_n;
    uint8_t kind;     /* enum value_kind */
    uint8_t refusal;  /* enum refusal, REFUSAL_END: the value is good */
    uint8_t missed;   /* the caller's: sets in a row that did not name it */
    bool is_expected; /* the caller's: the last set named it */
    char path[];
};

struct table_device {
    struct str type, instance; /* behind the struct */
    struct table_entry **entries;
    size_t count, size;
    size_t slot;
    struct path_list *paths; /* of the entries, in their order; NULL: not in order */

    /* the caller's; the report is released with the device */
    struct report *report;
    double updated_at;
    size_t over_limit, over_limit_so_far;
};

struct reading_table {
    struct table_device *devices[LIMIT_SERVICES]; /* by slot; NULL: free */
    size_t slot_end;              /* behind the last slot that was ever in use */
    struct table_entry **buckets; /* a power of two */
    size_t bucket_count;
    size_t entry_count;
    size_t bytes; /* of entries and their texts */
};

/* NULL if there is none. */
struct table_device *reading_table_device(const struct reading_table *table,
                                          const struct reading_place *place);
struct table_entry *reading_table_find(const struct reading_table *table,
                                       const struct reading_place *place);

/* Finds or adds, then without a value; NULL at a limit or without memory. */
struct table_entry *reading_table_add(struct reading_table *table,
                                      const struct reading_place *place);

/* False, and the entry without a value, if its text is over the limit. */
bool reading_table_set(struct reading_table *table, struct table_entry *entry,
                       const struct value *value);

struct value reading_table_value(const struct table_entry *entry);

/* With its device, if that has no other. */
void reading_table_remove(struct reading_table *table, struct table_entry *entry);

/* Puts the device's entries in the order of their paths and lists those; false without
 * memory. */
bool reading_table_sort(struct table_device *device);

/* Removes and frees everything; the table is usable again. */
void reading_table_clear(struct reading_table *table);

#endif
