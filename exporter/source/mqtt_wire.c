/* mqtt_wire.c - see mqtt_wire.h */
#include "source/mqtt_wire.h"

#include "model/limits.h"
#include "source/json_parse.h"
#include "source/json_value.h"

#define KEPT_BYTES_MAX ((size_t)64 * 1024) /* of a buffer, between two messages */
#define NOTICE_BYTES_MAX ((size_t)1024)    /* of a heartbeat or completion */

#define VRM_BROKERS 128

/* Topics of the station itself. */
static const struct {
    struct str name;
    enum mqtt_meaning meaning;
} notices[] = {
    {STR("heartbeat"), MQTT_HEARTBEAT},
    {STR("full_publish_completed"), MQTT_COMPLETED},
    {STR("keepalive"), MQTT_STARTED},
};
#define NOTICE_COUNT (sizeof notices / sizeof *notices)

/* Web pages that the GX hands to its own user interface, cut into topics. */
static const struct str customizations = STR("GuiCustomizations");

/* One huge value must not leave its size behind. */
static void trim(struct buf *buf)
{
    if (buf->size > KEPT_BYTES_MAX)
        buf_free(buf);
}

/* The payload as an object, or why it is none. */
static enum err load(struct mqtt_reader *reader, struct str payload,
                     const json_t **out_object)
{
    json_decref(reader->json);
    reader->json = NULL;
    trim(&reader->mended);
    enum err outcome = json_parse(payload, &reader->mended, &reader->json, NULL);
    if (outcome == ERR_OK && !json_is_object(reader->json))
        outcome = ERR_MALFORMED;
    *out_object = reader->json;
    return outcome;
}

static void refuse(struct mqtt_message *message, enum refusal refusal)
{
    message->meaning = MQTT_REFUSED;
    message->refusal = refusal;
}

static bool is_over_limit(const struct reading_place *place, struct str payload)
{
    return place->path.n > LIMIT_PATH_BYTES || place->device.n > LIMIT_LABEL_BYTES ||
           place->instance.n > LIMIT_LABEL_BYTES || payload.n > LIMIT_ANSWER_BYTES;
}

static void read_value(struct mqtt_reader *reader, struct str payload,
                       struct mqtt_message *message)
{
    const json_t *object = NULL;
    enum err outcome = is_over_limit(&message->place, payload)
                           ? ERR_TOO_LARGE
                           : load(reader, payload, &object);
    const json_t *value = outcome == ERR_OK ? json_object_get(object, "value") : NULL;

    if (!value) {
        refuse(message, outcome == ERR_TOO_LARGE ? REFUSAL_LIMIT : REFUSAL_MALFORMED);
        return;
    }
    trim(&reader->scratch);
    message->meaning = MQTT_VALUE;
    message->value = json_value(value, &reader->scratch);
    if (reader->scratch.failed)
        refuse(message, REFUSAL_LIMIT);
}

static enum mqtt_meaning meaning_of(struct str name)
{
    for (size_t i = 0; i < NOTICE_COUNT; i++)
        if (str_equal(notices[i].name, name))
            return notices[i].meaning;
    return MQTT_NOTHING;
}

/* Life counts even where what it says cannot be read. */
static void read_notice(struct mqtt_reader *reader, struct str payload,
                        struct mqtt_message *message)
{
    const json_t *object = NULL;

    if (payload.n > NOTICE_BYTES_MAX || load(reader, payload, &object) != ERR_OK)
        return;
    const json_t *echo = json_object_get(object, "full-publish-completed-echo");
    message->unix_seconds = json_number_value(json_object_get(object, "value"));
    if (json_is_string(echo))
        message->echo = (struct str){json_string_value(echo), json_string_length(echo)};
}

/* Cuts "N/<portal>/<rest>"; false for any other topic. */
static bool cut_head(struct str *topic, struct str *out_portal)
{
    struct str head = str_cut(topic, '/');

    *out_portal = str_cut(topic, '/');
    return str_equal(head, STR_OF("N"));
}

void mqtt_wire_read(struct mqtt_reader *reader, struct str portal, struct str topic,
                    struct str payload, struct mqtt_message *out_message)
{
    struct str rest = topic;
    struct str owner;
    struct reading_place *place = &out_message->place;

    *out_message = (struct mqtt_message){.meaning = MQTT_FOREIGN};
    if (!cut_head(&rest, &owner) || !str_equal(owner, portal))
        return;
    out_message->meaning = MQTT_NOTHING;
    place->device = str_cut(&rest, '/');
    if (rest.n == 0) {
        out_message->meaning = meaning_of(place->device);
        if (out_message->meaning != MQTT_NOTHING)
            read_notice(reader, payload, out_message);
        return;
    }
    place->instance = str_cut(&rest, '/');
    if (rest.n == 0 || place->device.n == 0 || str_equal(place->device, customizations))
        return;
    place->path = (struct str){rest.p - 1, rest.n + 1};
    if (payload.n == 0)
        out_message->meaning = MQTT_GONE;
    else
        read_value(reader, payload, out_message);
}

struct mqtt_reader mqtt_reader_new(void)
{
    return (struct mqtt_reader){.mended = buf_new(JSON_SCRATCH_MAX),
                                .scratch = buf_new(LIMIT_ANSWER_BYTES)};
}

void mqtt_reader_free(struct mqtt_reader *reader)
{
    json_decref(reader->json);
    buf_free(&reader->mended);
    buf_free(&reader->scratch);
    *reader = mqtt_reader_new();
}

struct str mqtt_wire_announced(struct str topic)
{
    struct str rest = topic;
    struct str portal;

    if (!cut_head(&rest, &portal) || !str_equal(rest, STR_OF("system/0/Serial")) ||
        !mqtt_wire_is_portal(portal))
        return (struct str){0};
    return portal;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.';
}

bool mqtt_wire_is_portal(struct str portal)
{
    for (size_t i = 0; i < portal.n; i++)
        if (!is_plain(portal.p[i]))
            return false;
    return portal.n > 0 && portal.n <= MQTT_PORTAL_MAX;
}

void mqtt_wire_vrm_host(struct str portal, struct buf *out)
{
    unsigned sum = 0;

    for (size_t i = 0; i < portal.n; i++)
        sum += (unsigned char)portal.p[i];
    buf_printf(out, "mqtt%u.victronenergy.com", sum % VRM_BROKERS);
}

void mqtt_wire_subscription(struct str portal, struct buf *out)
{
    buf_printf(out, "N/%.*s/#", STR_ARG(portal));
}

void mqtt_wire_keepalive_topic(struct str portal, struct buf *out)
{
    buf_printf(out, "R/%.*s/keepalive", STR_ARG(portal));
}

void mqtt_wire_full_payload(struct str echo, struct buf *out)
{
    buf_printf(out,
               "{\"keepalive-options\":[{\"full-publish-completed-echo\":\"%.*s\"}]}",
               STR_ARG(echo));
}
