/* mqtt_wire_fuzz.c - messages, a record each, topic and payload parted by a newline. */
#include <math.h>

#include "fuzz.h"
#include "model/limits.h"
#include "source/mqtt_wire.h"

static const struct str portal = STR("c0619ab0e550");

static void claim_place(const struct reading_place *place, struct str topic)
{
    CLAIM(fuzz_is_inside(place->device, topic) && fuzz_is_inside(place->path, topic));
    CLAIM(fuzz_is_inside(place->instance, topic));
    CLAIM(place->device.n && str_starts_with(place->path, STR_OF("/")));
    CLAIM(place->path.n > 1);
}

static void claim_value(const struct mqtt_message *message)
{
    CLAIM(message->place.path.n <= LIMIT_PATH_BYTES);
    CLAIM(message->place.device.n <= LIMIT_LABEL_BYTES);
    CLAIM(message->place.instance.n <= LIMIT_LABEL_BYTES);
    CLAIM(message->value.kind != VALUE_NUMBER || isfinite(message->value.number));
    CLAIM(utf8_is_valid(message->value.text));
}

static void claim_message(const struct mqtt_message *message, struct str topic,
                          struct str payload)
{
    switch (message->meaning) {
    case MQTT_FOREIGN:
        CLAIM(!str_starts_with(topic, STR_OF("N/c0619ab0e550/")));
        break;
    case MQTT_NOTHING:
    case MQTT_STARTED:
        break;
    case MQTT_VALUE:
        claim_place(&message->place, topic);
        claim_value(message);
        break;
    case MQTT_GONE:
        claim_place(&message->place, topic);
        CLAIM(payload.n == 0);
        break;
    case MQTT_REFUSED:
        claim_place(&message->place, topic);
        CLAIM(message->refusal < REFUSAL_END);
        break;
    case MQTT_HEARTBEAT:
    case MQTT_COMPLETED:
        CLAIM(isfinite(message->unix_seconds) && utf8_is_valid(message->echo));
        break;
    }
}

static void try_message(struct mqtt_reader *reader, struct str topic, struct str payload)
{
    struct mqtt_message message;
    struct mqtt_message again;

    mqtt_wire_read(reader, portal, topic, payload, &message);
    claim_message(&message, topic, payload);
    mqtt_wire_read(reader, portal, topic, payload, &again);
    CLAIM(again.meaning == message.meaning && again.value.kind == message.value.kind);
    CLAIM(again.value.number == message.value.number);
    struct str announced = mqtt_wire_announced(topic);
    CLAIM(announced.n == 0 || mqtt_wire_is_portal(announced));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = fuzz_input(data, size);
    struct mqtt_reader reader = mqtt_reader_new();

    while (rest.n) {
        struct str payload = str_cut(&rest, RECORD_END);
        struct str topic = str_cut(&payload, '\n');
        try_message(&reader, topic, payload);
    }
    mqtt_reader_free(&reader);
    return 0;
}
