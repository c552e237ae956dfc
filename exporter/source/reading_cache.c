/* reading_cache.c - see reading_cache.h */
#include "source/reading_cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "model/report.h"
#include "source/reading_table.h"

#define COMPLETE_PERCENT 90
#define MISSED_MAX 2 /* full publishes without a place, until it goes */

/* One full publish, from the keepalive that asked for it. */
struct full_publish {
    uint32_t number;
    bool is_open;
    bool has_system; /* named a place of system/0 that proves something */
    size_t named;
    size_t expected; /* places of the last one */
};

struct reading_cache {
    pthread_mutex_t lock; /* of everything below */
    struct reading_table table;
    struct full_publish full;
    struct cache_status status;
};

static void device_changed(struct table_device *device, double now)
{
    report_release(device->report);
    device->report = NULL;
    device->updated_at = now;
}

/* The GX sends the Serial by itself, so that it proves nothing. */
static bool proves_system(const struct reading_place *place)
{
    return str_equal(place->device, STR_OF("system")) &&
           str_equal(place->instance, STR_OF("0")) &&
           !str_equal(place->path, STR_OF("/Serial"));
}

static void name(struct full_publish *full, struct table_entry *entry,
                 const struct reading_place *place)
{
    entry->missed = 0;
    if (entry->named_in == full->number)
        return;
    entry->named_in = full->number;
    full->named++;
    full->has_system = full->has_system || proves_system(place);
}

/* Values beyond the limits have no entry: they are counted while a full publish runs, so
 * that the number is one of places and not of messages. */
static void count_over_limit(struct reading_cache *cache,
                             const struct reading_place *place, double now)
{
    struct table_device *device = reading_table_device(&cache->table, place);

    if (!device)
        return;
    device_changed(device, now);
    device->over_limit_so_far += cache->full.is_open;
}

static bool store(struct reading_cache *cache, const struct reading_place *place,
                  const struct value *value, enum refusal refusal, double now)
{
    struct table_entry *entry = reading_table_add(&cache->table, place);

    if (!entry) {
        count_over_limit(cache, place, now);
        return false;
    }
    bool is_kept = reading_table_set(&cache->table, entry, value);
    entry->refusal = (uint8_t)(is_kept ? refusal : REFUSAL_LIMIT);
    device_changed(entry->device, now);
    name(&cache->full, entry, place);
    return is_kept;
}

/* Compared with the last one that was answered, complete or not: a station may have lost
 * many places while we were away, and is then believed the second time.  Where no answer
 * came, all that is known must have been named. */
static bool is_complete(const struct full_publish *full, size_t known, enum full_end end)
{
    size_t least = end == FULL_OVERDUE && known > full->expected ? known : full->expected;

    return full->has_system && full->named * 100 >= least * COMPLETE_PERCENT;
}

static bool has_gone(struct table_entry *entry, bool was_named, bool was_complete)
{
    if (!was_named && entry->missed < MISSED_MAX)
        entry->missed++;
    return was_complete && entry->missed == MISSED_MAX;
}

/* Backwards, since removal moves a device's last entry; the last one takes the device. */
static void settle_device(struct reading_cache *cache, struct table_device *device,
                          bool was_complete)
{
    size_t left = device->count;

    device->over_limit = device->over_limit_so_far;
    device_changed(device, device->updated_at);
    for (size_t i = device->count; i-- > 0;) {
        struct table_entry *entry = device->entries[i];
        entry->is_expected = entry->named_in == cache->full.number;
        if (!has_gone(entry, entry->is_expected, was_complete))
            continue;
        reading_table_remove(&cache->table, entry);
        if (--left == 0)
            return;
    }
}

/* From now on the places that this full publish named are expected of the next. */
static void settle(struct reading_cache *cache, bool was_complete)
{
    cache->full.expected = cache->full.named;
    for (size_t slot = 0; slot < LIMIT_SERVICES; slot++)
        if (cache->table.devices[slot])
            settle_device(cache, cache->table.devices[slot], was_complete);
}

static bool end_full(struct reading_cache *cache, enum full_end end)
{
    struct full_publish *full = &cache->full;
    bool was_complete = is_complete(full, cache->table.entry_count, end);

    if (!was_complete && end == FULL_COMPLETED)
        return false; /* ours is still to come */
    full->is_open = false;
    if (was_complete || (full->has_system && end == FULL_ANSWERED))
        settle(cache, was_complete);
    return was_complete;
}

static size_t text_bytes(const struct table_device *device)
{
    size_t bytes = device->instance.n;

    for (size_t i = 0; i < device->count; i++)
        if (device->entries[i]->text_n)
            bytes += device->entries[i]->text_n + ARENA_PIECE_BYTES;
    return bytes;
}

static struct report *report_of(struct table_device *device)
{
    struct report *report =
        reading_table_sort(device)
            ? report_new_of(device->paths, device->type, text_bytes(device))
            : NULL;

    if (!report)
        return NULL;
    report_set_instance(report, device->instance);
    report->updated_at = device->updated_at;
    report->refused[REFUSAL_LIMIT] = device->over_limit;
    for (size_t i = 0; i < device->count; i++) {
        const struct table_entry *entry = device->entries[i];
        if (entry->refusal == REFUSAL_END)
            report_add_of(report, i, reading_table_value(entry));
        else
            report->refused[entry->refusal]++;
    }
    return report;
}

struct reading_cache *reading_cache_new(void)
{
    struct reading_cache *cache = calloc(1, sizeof *cache);

    if (!cache || pthread_mutex_init(&cache->lock, NULL)) {
        free(cache);
        return NULL;
    }
    return cache;
}

void reading_cache_free(struct reading_cache *cache)
{
    if (!cache)
        return;
    reading_table_clear(&cache->table);
    (void)pthread_mutex_destroy(&cache->lock);
    free(cache);
}

bool reading_cache_put(struct reading_cache *cache, const struct reading_place *place,
                       const struct value *value, double now)
{
    (void)pthread_mutex_lock(&cache->lock);
    bool is_kept = store(cache, place, value, REFUSAL_END, now);
    (void)pthread_mutex_unlock(&cache->lock);
    return is_kept;
}

void reading_cache_refuse(struct reading_cache *cache, const struct reading_place *place,
                          enum refusal refusal, double now)
{
    static const struct value none = {.kind = VALUE_NONE};

    (void)pthread_mutex_lock(&cache->lock);
    (void)store(cache, place, &none, refusal, now);
    (void)pthread_mutex_unlock(&cache->lock);
}

void reading_cache_remove(struct reading_cache *cache, const struct reading_place *place,
                          double now)
{
    struct full_publish *full = &cache->full;

    (void)pthread_mutex_lock(&cache->lock);
    struct table_entry *entry = reading_table_find(&cache->table, place);
    if (entry) {
        full->named -= full->named && entry->named_in == full->number;
        full->expected -= entry->is_expected;
        device_changed(entry->device, now);
        reading_table_remove(&cache->table, entry);
    }
    (void)pthread_mutex_unlock(&cache->lock);
}

void reading_cache_set_back(struct reading_cache *cache, double seconds)
{
    (void)pthread_mutex_lock(&cache->lock);
    for (size_t slot = 0; slot < LIMIT_SERVICES; slot++) {
        struct table_device *device = cache->table.devices[slot];
        if (device)
            device_changed(device, device->updated_at - seconds);
    }
    (void)pthread_mutex_unlock(&cache->lock);
}

void reading_cache_clear(struct reading_cache *cache)
{
    (void)pthread_mutex_lock(&cache->lock);
    reading_table_clear(&cache->table);
    cache->full.named = 0;
    cache->full.expected = 0;
    (void)pthread_mutex_unlock(&cache->lock);
}

void reading_cache_begin_full(struct reading_cache *cache)
{
    struct full_publish *full = &cache->full;

    (void)pthread_mutex_lock(&cache->lock);
    *full = (struct full_publish){
        .number = full->number + 1, .is_open = true, .expected = full->expected};
    for (size_t slot = 0; slot < LIMIT_SERVICES; slot++)
        if (cache->table.devices[slot])
            cache->table.devices[slot]->over_limit_so_far = 0;
    (void)pthread_mutex_unlock(&cache->lock);
}

bool reading_cache_end_full(struct reading_cache *cache, enum full_end end)
{
    (void)pthread_mutex_lock(&cache->lock);
    bool was_complete = cache->full.is_open && end_full(cache, end);
    (void)pthread_mutex_unlock(&cache->lock);
    return was_complete;
}

void reading_cache_set_status(struct reading_cache *cache,
                              const struct cache_status *status)
{
    (void)pthread_mutex_lock(&cache->lock);
    cache->status = *status;
    (void)pthread_mutex_unlock(&cache->lock);
}

void reading_cache_status(struct reading_cache *cache, struct cache_status *out_status)
{
    (void)pthread_mutex_lock(&cache->lock);
    *out_status = cache->status;
    (void)pthread_mutex_unlock(&cache->lock);
}

size_t reading_cache_slot_end(struct reading_cache *cache)
{
    (void)pthread_mutex_lock(&cache->lock);
    size_t end = cache->table.slot_end;
    (void)pthread_mutex_unlock(&cache->lock);
    return end;
}

struct report *reading_cache_report(struct reading_cache *cache, size_t slot)
{
    (void)pthread_mutex_lock(&cache->lock);
    struct table_device *device = cache->table.devices[slot];
    if (device && !device->report)
        device->report = report_of(device);
    struct report *report =
        device && device->report ? report_reference(device->report) : NULL;
    (void)pthread_mutex_unlock(&cache->lock);
    return report;
}
