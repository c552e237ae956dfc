/* mqtt_wire.c - see mqtt_wire.h */
#include "source/mqtt_wire.h"

#include "base/ascii.h"
#include "model/limits.h"

#define NOTICE_BYTES_MAX ((size_t)1024) /* of a heartbeat or completion */

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

/* The member of that name of the object that payload is: the last one, as everywhere in
 * JSON.  ERR_OK also where it has none: then is_there says so. */
static enum err read_member(struct json_reader *json, struct str payload, struct str name,
                            struct value *out_value, bool *out_is_there)
{
    struct str key;

    *out_is_there = false;
    json_reader_start(json, payload);
    if (json_reader_enter_object(json))
        while (json_reader_member(json, &key)) {
            bool is_it = str_equal(key, name);
            if (is_it)
                *out_value = json_reader_value(json);
            else
                json_reader_skip(json);
            *out_is_there |= is_it;
        }
    return json_reader_end(json, NULL);
}

static void read_value(struct mqtt_reader *reader, struct str payload,
                       struct mqtt_message *message)
{
    bool is_there = false;
    enum err outcome = is_over_limit(&message->place, payload)
                           ? ERR_TOO_LARGE
                           : read_member(&reader->json, payload, STR_OF("value"),
                                         &message->value, &is_there);

    if (outcome == ERR_OK && is_there)
        message->meaning = MQTT_VALUE;
    else
        refuse(message, outcome == ERR_TOO_LARGE ? REFUSAL_LIMIT : REFUSAL_MALFORMED);
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
    struct value number = {.kind = VALUE_NONE};
    struct value echo = {.kind = VALUE_NONE};
    bool is_there;

    if (payload.n > NOTICE_BYTES_MAX ||
        read_member(&reader->json, payload, STR_OF("value"), &number, &is_there) !=
            ERR_OK ||
        read_member(&reader->json, payload, STR_OF("full-publish-completed-echo"), &echo,
                    &is_there) != ERR_OK)
        return;
    message->unix_seconds = number.number;
    if (echo.kind == VALUE_TEXT)
        message->echo = echo.text;
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
    return (struct mqtt_reader){.json = json_reader_new()};
}

void mqtt_reader_free(struct mqtt_reader *reader)
{
    json_reader_free(&reader->json);
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

bool mqtt_wire_is_portal(struct str portal)
{
    return portal.n > 0 && portal.n <= MQTT_PORTAL_MAX &&
           ascii_run(portal, ascii_is_name) == portal.n;
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
