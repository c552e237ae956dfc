/* reading_table.c - see reading_table.h */
#include "source/reading_table.h"

#include <stdlib.h>
#include <string.h>

#include "model/path_list.h"
#include "model/refusal.h"
#include "model/report.h"

#define FIRST_BUCKETS ((size_t)64)
#define FIRST_ENTRIES ((size_t)16)

static uint64_t hash_of(const struct reading_place *place)
{
    uint64_t hash = str_hash(place->device, STR_HASH_SEED);

    return str_hash(place->path, str_hash(place->instance, hash));
}

static struct str path_of(const struct table_entry *entry)
{
    return (struct str){entry->path, entry->path_n};
}

static bool is_at(const struct table_entry *entry, const struct reading_place *place)
{
    return str_equal(path_of(entry), place->path) &&
           str_equal(entry->device->instance, place->instance) &&
           str_equal(entry->device->type, place->device);
}

static struct table_entry **bucket_of(const struct reading_table *table, uint64_t hash)
{
    return &table->buckets[hash & (table->bucket_count - 1)];
}

static struct table_entry *find(const struct reading_table *table,
                                const struct reading_place *place, uint64_t hash)
{
    if (!table->buckets)
        return NULL;
    struct table_entry *entry = *bucket_of(table, hash);
    while (entry && (entry->hash != hash || !is_at(entry, place)))
        entry = entry->next;
    return entry;
}

static void link_in(struct reading_table *table, struct table_entry *entry)
{
    struct table_entry **bucket = bucket_of(table, entry->hash);

    entry->next = *bucket;
    *bucket = entry;
}

/* As many buckets as entries, so that chains stay short. */
static bool make_buckets(struct reading_table *table)
{
    struct table_entry **old = table->buckets;
    size_t old_count = table->bucket_count;

    if (table->entry_count < old_count)
        return true;
    size_t count = old ? old_count * 2 : FIRST_BUCKETS;
    struct table_entry **wider = calloc(count, sizeof(struct table_entry *));
    if (!wider)
        return false;
    table->buckets = wider;
    table->bucket_count = count;
    for (size_t i = 0; i < old_count; i++)
        for (struct table_entry *entry = old[i], *next; entry; entry = next) {
            next = entry->next;
            link_in(table, entry);
        }
    free(old);
    return true;
}

static struct table_device *device_add(struct reading_table *table,
                                       const struct reading_place *place)
{
    size_t slot = 0;

    while (slot < LIMIT_SERVICES && table->devices[slot])
        slot++;
    if (slot == LIMIT_SERVICES)
        return NULL;
    struct table_device *device =
        calloc(1, sizeof *device + place->device.n + place->instance.n);
    if (!device)
        return NULL;
    char *text = (char *)(device + 1);
    memcpy(text, place->device.p, place->device.n);
    memcpy(text + place->device.n, place->instance.p, place->instance.n);
    device->type = (struct str){text, place->device.n};
    device->instance = (struct str){text + place->device.n, place->instance.n};
    device->slot = slot;
    table->devices[slot] = device;
    if (slot >= table->slot_end)
        table->slot_end = slot + 1;
    return device;
}

static void forget_order(struct table_device *device)
{
    path_list_release(device->paths);
    device->paths = NULL;
}

static void device_remove(struct reading_table *table, struct table_device *device)
{
    table->devices[device->slot] = NULL;
    report_release(device->report);
    forget_order(device);
    free(device->entries);
    free(device);
}

static bool device_takes(struct table_device *device, struct table_entry *entry)
{
    if (device->count == device->size) {
        size_t size = device->size ? device->size * 2 : FIRST_ENTRIES;
        struct table_entry **wider =
            realloc(device->entries, size * sizeof(struct table_entry *));
        if (!wider)
            return false;
        device->entries = wider;
        device->size = size;
    }
    entry->device = device;
    entry->index = (uint32_t)device->count;
    device->entries[device->count++] = entry;
    forget_order(device);
    return true;
}

static size_t bytes_of(const struct table_entry *entry)
{
    return sizeof *entry + entry->path_n + entry->text_n;
}

static struct table_entry *entry_new(const struct reading_place *place, uint64_t hash)
{
    struct table_entry *entry = calloc(1, sizeof *entry + place->path.n);

    if (!entry)
        return NULL;
    memcpy(entry->path, place->path.p, place->path.n);
    entry->path_n = (uint16_t)place->path.n;
    entry->hash = hash;
    entry->refusal = REFUSAL_END;
    return entry;
}

static void drop_text(struct reading_table *table, struct table_entry *entry)
{
    if (entry->kind == VALUE_TEXT || entry->kind == VALUE_JSON)
        free(entry->content.text);
    table->bytes -= entry->text_n;
    entry->text_n = 0;
    entry->kind = VALUE_NONE;
}

static bool has_room(const struct reading_table *table, const struct reading_place *place)
{
    return table->entry_count < LIMIT_VALUES && place->path.n <= LIMIT_PATH_BYTES &&
           table->bytes + sizeof(struct table_entry) + place->path.n <= TABLE_BYTES_MAX;
}

static int compare_paths(const void *left, const void *right)
{
    return str_compare(path_of(*(struct table_entry *const *)left),
                       path_of(*(struct table_entry *const *)right));
}

struct table_device *reading_table_device(const struct reading_table *table,
                                          const struct reading_place *place)
{
    for (size_t slot = 0; slot < LIMIT_SERVICES; slot++) {
        struct table_device *device = table->devices[slot];
        if (device && str_equal(device->instance, place->instance) &&
            str_equal(device->type, place->device))
            return device;
    }
    return NULL;
}

struct table_entry *reading_table_find(const struct reading_table *table,
                                       const struct reading_place *place)
{
    return find(table, place, hash_of(place));
}

struct table_entry *reading_table_add(struct reading_table *table,
                                      const struct reading_place *place)
{
    uint64_t hash = hash_of(place);
    struct table_entry *entry = find(table, place, hash);

    if (entry || !has_room(table, place) || !make_buckets(table))
        return entry;
    struct table_device *known = reading_table_device(table, place);
    struct table_device *device = known ? known : device_add(table, place);
    entry = device ? entry_new(place, hash) : NULL;
    if (!entry || !device_takes(device, entry)) {
        free(entry);
        if (device && !known)
            device_remove(table, device);
        return NULL;
    }
    link_in(table, entry);
    table->entry_count++;
    table->bytes += bytes_of(entry);
    return entry;
}

bool reading_table_set(struct reading_table *table, struct table_entry *entry,
                       const struct value *value)
{
    bool has_text = value->kind == VALUE_TEXT || value->kind == VALUE_JSON;

    drop_text(table, entry);
    if (has_text) {
        size_t n = value->text.n;
        char *text = n <= TABLE_BYTES_MAX - table->bytes ? malloc(n + 1) : NULL;
        if (!text)
            return false;
        memcpy(text, n ? value->text.p : "", n);
        entry->content.text = text;
        entry->text_n = (uint32_t)n;
        table->bytes += n;
    } else {
        entry->content.number = value->number;
    }
    entry->kind = (uint8_t)value->kind;
    return true;
}

struct value reading_table_value(const struct table_entry *entry)
{
    struct value value = {.kind = entry->kind};

    if (entry->kind == VALUE_NUMBER)
        value.number = entry->content.number;
    else if (entry->kind != VALUE_NONE)
        value.text = (struct str){entry->content.text, entry->text_n};
    return value;
}

void reading_table_remove(struct reading_table *table, struct table_entry *entry)
{
    struct table_device *device = entry->device;
    struct table_entry **link = bucket_of(table, entry->hash);

    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;

    struct table_entry *last = device->entries[--device->count];
    device->entries[entry->index] = last;
    last->index = entry->index;
    forget_order(device);

    drop_text(table, entry);
    table->bytes -= bytes_of(entry);
    table->entry_count--;
    free(entry);
    if (device->count == 0)
        device_remove(table, device);
}

static size_t path_bytes(const struct table_device *device)
{
    size_t bytes = 0;

    for (size_t i = 0; i < device->count; i++)
        bytes += device->entries[i]->path_n;
    return bytes;
}

bool reading_table_sort(struct table_device *device)
{
    if (device->paths)
        return true;
    qsort(device->entries, device->count, sizeof(struct table_entry *), compare_paths);
    for (size_t i = 0; i < device->count; i++)
        device->entries[i]->index = (uint32_t)i;
    device->paths = path_list_new(device->count, path_bytes(device));
    for (size_t i = 0; device->paths && i < device->count; i++)
        path_list_add(device->paths, path_of(device->entries[i]));
    return device->paths != NULL;
}

void reading_table_clear(struct reading_table *table)
{
    for (size_t slot = 0; slot < LIMIT_SERVICES; slot++) {
        struct table_device *device = table->devices[slot];
        for (size_t i = 0; device && i < device->count; i++) {
            drop_text(table, device->entries[i]);
            free(device->entries[i]);
        }
        if (device)
            device_remove(table, device);
    }
    free(table->buckets);
    *table = (struct reading_table){0};
}
