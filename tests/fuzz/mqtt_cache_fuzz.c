/* mqtt_cache_fuzz.c - a conversation with a broker: messages, a record each, topic and
 * payload parted by a newline; a record "?" asks for a full publish, "!" finds it
 * overdue.
 *
 * A plain list of what was said last stands beside the cache: nothing may be shown that
 * was not said last, and nothing that was said may go unless the station took it back or
 * a complete full publish passed it over.
 */
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "map/metric_map.h"
#include "model/snapshot.h"
#include "page_claims.h"
#include "source/mqtt_wire.h"
#include "source/reading_cache.h"

#define NOW 1700000000.0
#define PLACES_MAX 64

static const struct str portal = STR("c0619ab0e550");
static const struct str our_echo = STR("e");

struct said {
    struct reading_place place;
    struct value value;
    bool is_refused;
    bool is_there;
    bool may_be_swept; /* a full publish ended since it was said */
};

struct conversation {
    struct reading_cache *cache;
    struct mqtt_reader reader;
    struct arena arena;
    struct said said[PLACES_MAX];
    size_t count;
};

static bool is_same_place(const struct reading_place *a, const struct reading_place *b)
{
    return str_equal(a->device, b->device) && str_equal(a->instance, b->instance) &&
           str_equal(a->path, b->path);
}

static struct said *find(struct conversation *conversation,
                         const struct reading_place *place)
{
    for (size_t i = 0; i < conversation->count; i++)
        if (is_same_place(&conversation->said[i].place, place))
            return &conversation->said[i];
    return NULL;
}

static struct said *find_or_add(struct conversation *conversation,
                                const struct reading_place *place)
{
    struct said *said = find(conversation, place);
    struct arena *arena = &conversation->arena;

    if (said || conversation->count == PLACES_MAX)
        return said;
    said = &conversation->said[conversation->count++];
    *said = (struct said){.place = {arena_copy(arena, place->device),
                                    arena_copy(arena, place->instance),
                                    arena_copy(arena, place->path)}};
    return said;
}

static void say(struct conversation *conversation, const struct mqtt_message *message)
{
    struct said *said = find_or_add(conversation, &message->place);

    if (!said)
        return;
    said->is_there = true;
    said->may_be_swept = false;
    said->is_refused = message->meaning == MQTT_REFUSED;
    said->value = message->value;
    said->value.text = arena_copy(&conversation->arena, message->value.text);
    if (said->is_refused)
        reading_cache_refuse(conversation->cache, &message->place, message->refusal, NOW);
    else
        CLAIM(reading_cache_put(conversation->cache, &message->place, &message->value,
                                NOW));
}

static void take_back(struct conversation *conversation,
                      const struct reading_place *place)
{
    struct said *said = find(conversation, place);

    reading_cache_remove(conversation->cache, place, NOW);
    if (said)
        said->is_there = false;
}

static void end_full(struct conversation *conversation, enum full_end end)
{
    if (!reading_cache_end_full(conversation->cache, end))
        return;
    for (size_t i = 0; i < conversation->count; i++)
        conversation->said[i].may_be_swept = true;
}

static void hear(struct conversation *conversation, struct str topic, struct str payload)
{
    struct mqtt_message message;

    mqtt_wire_read(&conversation->reader, portal, topic, payload, &message);
    switch (message.meaning) {
    case MQTT_VALUE:
    case MQTT_REFUSED:
        if (message.place.path.n <= LIMIT_PATH_BYTES)
            say(conversation, &message);
        break;
    case MQTT_GONE:
        take_back(conversation, &message.place);
        break;
    case MQTT_COMPLETED:
        end_full(conversation,
                 str_equal(message.echo, our_echo) ? FULL_ANSWERED : FULL_COMPLETED);
        break;
    case MQTT_FOREIGN:
    case MQTT_NOTHING:
    case MQTT_HEARTBEAT:
    case MQTT_STARTED:
        break;
    }
}

static void claim_reading(struct conversation *conversation, const struct report *report,
                          const struct reading *reading)
{
    const struct reading_place place = {report->device, report->instance, reading->path};
    const struct said *said = find(conversation, &place);

    CLAIM(said && said->is_there && !said->is_refused);
    CLAIM(said->value.kind == reading->value.kind);
    CLAIM(said->value.number == reading->value.number);
    CLAIM(str_equal(said->value.text, reading->value.text));
}

static bool is_shown(const struct snapshot *snapshot, const struct said *said)
{
    for (size_t i = 0; i < snapshot->report_count; i++) {
        const struct report *report = snapshot->reports[i];
        if (str_equal(report->device, said->place.device) &&
            str_equal(report->instance, said->place.instance) &&
            report_find(report, said->place.path))
            return true;
    }
    return false;
}

static void claim_cache(struct conversation *conversation, struct metric_map *map)
{
    struct snapshot *snapshot = snapshot_new();

    for (size_t slot = 0; slot < LIMIT_SERVICES; slot++) {
        struct report *report = reading_cache_report(conversation->cache, slot);
        if (!report)
            continue;
        for (size_t i = 0; i < report->reading_count; i++)
            claim_reading(conversation, report, &report->readings[i]);
        snapshot_add(snapshot, report);
        report_release(report);
    }
    snapshot_sort(snapshot);
    for (size_t i = 0; i < conversation->count; i++) {
        const struct said *said = &conversation->said[i];
        if (said->is_there && !said->is_refused && !said->may_be_swept)
            CLAIM(is_shown(snapshot, said));
    }
    page_claims_snapshot(map, snapshot);
    snapshot_release(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = fuzz_input(data, size);
    struct conversation *conversation = calloc(1, sizeof *conversation);
    struct metric_map *map = page_claims_map();

    CLAIM(conversation != NULL);
    conversation->cache = reading_cache_new();
    conversation->reader = mqtt_reader_new();
    conversation->arena = arena_new(FUZZ_TEXT_MAX);
    while (rest.n && conversation->count < PLACES_MAX) {
        struct str payload = str_cut(&rest, RECORD_END);
        struct str topic = str_cut(&payload, '\n');
        if (str_equal(topic, STR_OF("?")))
            reading_cache_begin_full(conversation->cache);
        else if (str_equal(topic, STR_OF("!")))
            end_full(conversation, FULL_OVERDUE);
        else
            hear(conversation, topic, payload);
    }
    claim_cache(conversation, map);
    metric_map_free(map);
    arena_free(&conversation->arena);
    mqtt_reader_free(&conversation->reader);
    reading_cache_free(conversation->cache);
    free(conversation);
    return 0;
}
