/* mqtt_failure.c - see mqtt_failure.h */
#include "source/mqtt_failure.h"

#include <errno.h>
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

struct known {
    int code;
    enum err reason;
    const char *text;
};

/* By a broker that restarts just then, or that speaks no TLS: worth a quick retry. */
#define TLS_CUT "the broker ended the TLS handshake: is it a port for TLS?"

static const struct known connack_codes[] = {
    {1, ERR_CONNECT, "the broker does not speak MQTT 3.1.1"},
    {2, ERR_CONNECT, "the broker refuses our client id"},
    {3, ERR_CONNECT, "the broker is not available"},
    {4, ERR_AUTH,
     "user name or password refused (--mqtt.username, --mqtt.password-file)"},
    {5, ERR_AUTH, "not authorised (--mqtt.username, --mqtt.password-file)"},
};
#define CONNACK_COUNT (sizeof connack_codes / sizeof *connack_codes)

static const struct known outcomes[] = {
    {MOSQ_ERR_NOMEM, ERR_TOO_LARGE, "no memory for a message"},
    {MOSQ_ERR_PROTOCOL, ERR_MALFORMED, "what answers there speaks no MQTT"},
    {MOSQ_ERR_MALFORMED_PACKET, ERR_MALFORMED, "what answers there speaks no MQTT"},
    {MOSQ_ERR_MALFORMED_UTF8, ERR_MALFORMED, "what answers there speaks no MQTT"},
    {MOSQ_ERR_OVERSIZE_PACKET, ERR_TOO_LARGE, "a message over the limit of 32 MiB"},
    {MOSQ_ERR_EAI, ERR_DNS, "the name does not resolve"},
    {MOSQ_ERR_KEEPALIVE, ERR_TIMEOUT, "the broker answers no ping"},
    {MOSQ_ERR_CONN_LOST, ERR_CONNECT, "the broker closed the connection"},
    {MOSQ_ERR_NO_CONN, ERR_CONNECT, "the broker closed the connection"},
};
#define OUTCOME_COUNT (sizeof outcomes / sizeof *outcomes)

/* What the sentences of OpenSSL and libmosquitto mean to an operator. */
static const struct {
    struct str part;
    enum err reason;
    const char *advice;
} tls_advice[] = {
    {STR("host name verification failed"), ERR_TLS,
     "the certificate is not for this name (--mqtt.skip-hostname-check trusts what "
     "--mqtt.ca-file holds whatever its name)"},
    {STR("certificate verify failed"), ERR_TLS,
     "the certificate is not signed by a trusted authority (--mqtt.ca-file)"},
    {STR("wrong version number"), ERR_TLS, "what answers there speaks no TLS"},
    {STR("CA certificates"), ERR_TLS,
     "--mqtt.ca-file holds no certificate that can be used"},
    {STR("unexpected eof"), ERR_CONNECT, TLS_CUT},
};
#define ADVICE_COUNT (sizeof tls_advice / sizeof *tls_advice)

static const struct known *known_in(const struct known *table, size_t count, int code)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].code == code)
            return &table[i];
    return NULL;
}

static enum err tls_failure(const struct mqtt_failure_note *note, struct error *error)
{
    struct str text = str_from(note->text);

    for (size_t i = 0; i < ADVICE_COUNT; i++)
        if (str_contains(text, tls_advice[i].part))
            return error_set(error, tls_advice[i].reason, "%s", tls_advice[i].advice);
    if (text.n == 0)
        return error_set(error, ERR_CONNECT, TLS_CUT);
    return error_set(error, ERR_TLS, "TLS handshake failed: %s", note->text);
}

void mqtt_failure_note_text(struct mqtt_failure_note *note, const char *text)
{
    if (!note->text[0])
        (void)snprintf(note->text, sizeof note->text, "%s", text);
}

void mqtt_failure_note_sending(struct mqtt_failure_note *note, const char *text)
{
    struct str line = str_from(text);

    note->is_answer_wanted |= str_contains(line, STR_OF("sending PUB")) &&
                              !str_contains(line, STR_OF("sending PUBLISH"));
}

enum err mqtt_failure_set(const struct mqtt_failure_note *note, int outcome,
                          int system_error, struct error *error)
{
    const struct known *refusal = known_in(connack_codes, CONNACK_COUNT, note->connack);
    const struct known *known = known_in(outcomes, OUTCOME_COUNT, outcome);
    bool is_reset = outcome == MOSQ_ERR_ERRNO && system_error == ECONNRESET;
    bool is_cut = outcome == MOSQ_ERR_CONN_LOST || is_reset;
    bool is_protocol = outcome == MOSQ_ERR_ERRNO && system_error == EPROTO;

    if (refusal)
        return error_set(error, refusal->reason, "%s", refusal->text);
    if (note->is_subscription_refused)
        return error_set(error, ERR_AUTH, "the broker refuses our subscription");
    if (note->is_answer_wanted)
        return error_set(error, ERR_MALFORMED,
                         "the broker sends messages of a QoS that we did not ask for");
    if (outcome == MOSQ_ERR_TLS ||
        (note->uses_tls && !note->is_up && (is_cut || is_protocol)))
        return tls_failure(note, error);
    if (is_cut && !note->is_up)
        return error_set(error, ERR_CONNECT,
                         "the broker closed the connection without an answer: "
                         "does it want TLS (mqtts)?");
    if (known)
        return error_set(error, known->reason, "%s", known->text);
    if (outcome == MOSQ_ERR_ERRNO && system_error && !is_protocol)
        return error_set(error, ERR_CONNECT, "%s", strerror(system_error));
    return error_set(error, ERR_CONNECT, "connection lost");
}
