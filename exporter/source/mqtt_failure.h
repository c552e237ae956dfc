/* mqtt_failure.h - why a connection ended, as a reason and a sentence.
 *
 * libmosquitto says little by its return values; the rest is heard in callbacks and kept
 * in a note.  Pure.
 */
#ifndef SOURCE_MQTT_FAILURE_H
#define SOURCE_MQTT_FAILURE_H

#include <stdbool.h>

#include "base/err.h"

#define NOTE_TEXT_MAX 256

/* Zeroed: nothing heard. */
struct mqtt_failure_note {
    bool uses_tls;
    bool is_up;  /* the broker had accepted us */
    int connack; /* its answer: 0 accepted (or none yet), else why not */
    bool is_subscription_refused;
    bool is_answer_wanted;    /* a message of QoS 1 or 2 came */
    char text[NOTE_TEXT_MAX]; /* the first error that the library logged */
};

/* Keeps the first text. */
void mqtt_failure_note_text(struct mqtt_failure_note *note, const char *text);

/* The library's log says what it sends: an answer to a message that wants one? */
void mqtt_failure_note_sending(struct mqtt_failure_note *note, const char *text);

/* Fills *error for the library's outcome (MOSQ_ERR_…) and errno; returns the reason. */
enum err mqtt_failure_set(const struct mqtt_failure_note *note, int outcome,
                          int system_error, struct error *error);

#endif
