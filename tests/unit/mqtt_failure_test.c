/* mqtt_failure_test.c - why a connection ended, told from what the library says. */
#include "check.h"

#include <errno.h>
#include <mosquitto.h>

#include "source/mqtt_failure.h"

static const struct {
    struct mqtt_failure_note note;
    int outcome, system_error;
    enum err reason;
    const char *part;
} ends[] = {
    {{.connack = 5}, MOSQ_ERR_CONN_REFUSED, 0, ERR_AUTH, "not authorised"},
    {{.connack = 4}, MOSQ_ERR_CONN_REFUSED, 0, ERR_AUTH, "--mqtt.password-file"},
    {{.connack = 2}, MOSQ_ERR_CONN_REFUSED, 0, ERR_CONNECT, "client id"},
    {{.connack = 99}, MOSQ_ERR_PROTOCOL, 0, ERR_MALFORMED, "no MQTT"},
    {{.is_subscription_refused = true, .is_up = true}, 0, 0, ERR_AUTH, "subscription"},
    {{.is_answer_wanted = true, .is_up = true}, 0, 0, ERR_MALFORMED, "QoS"},
    {{.is_up = true}, MOSQ_ERR_OVERSIZE_PACKET, 0, ERR_TOO_LARGE, "32 MiB"},
    {{0}, MOSQ_ERR_ERRNO, ECONNREFUSED, ERR_CONNECT, "Connection refused"},
    {{0}, MOSQ_ERR_CONN_LOST, 0, ERR_CONNECT, "mqtts"},
    {{0}, MOSQ_ERR_ERRNO, ECONNRESET, ERR_CONNECT, "mqtts"},
    {{.is_up = true}, MOSQ_ERR_ERRNO, ECONNRESET, ERR_CONNECT, "reset by peer"},
    {{.is_up = true}, MOSQ_ERR_CONN_LOST, 0, ERR_CONNECT, "closed the connection"},
    {{0}, MOSQ_ERR_EAI, 0, ERR_DNS, "resolve"},
    {{.is_up = true}, MOSQ_ERR_KEEPALIVE, 0, ERR_TIMEOUT, "ping"},
    {{.is_up = true}, MOSQ_ERR_NOMEM, 0, ERR_TOO_LARGE, "memory"},
    {{.uses_tls = true, .text = "Error: host name verification failed."},
     MOSQ_ERR_TLS,
     0,
     ERR_TLS,
     "--mqtt.skip-hostname-check"},
    {{.uses_tls = true, .text = "error:0A000086:SSL routines::certificate verify failed"},
     MOSQ_ERR_TLS,
     0,
     ERR_TLS,
     "--mqtt.ca-file"},
    {{.uses_tls = true}, MOSQ_ERR_CONN_LOST, 0, ERR_CONNECT, "TLS handshake"},
    {{.uses_tls = true, .text = "tlsv13 alert certificate required"},
     MOSQ_ERR_ERRNO,
     EPROTO,
     ERR_TLS,
     "certificate required"},
    {{.uses_tls = true}, MOSQ_ERR_ERRNO, ECONNREFUSED, ERR_CONNECT, "refused"},
    /* a killed broker says no goodbye, which TLS takes for an error */
    {{.uses_tls = true, .is_up = true}, MOSQ_ERR_ERRNO, EPROTO, ERR_CONNECT, "lost"},
    {{.uses_tls = true, .is_up = true}, MOSQ_ERR_CONN_LOST, EPROTO, ERR_CONNECT, ""},
    {{0}, 4711, 0, ERR_CONNECT, "lost"},
};

static void each_end_has_a_reason_and_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct error error;
        enum err reason = mqtt_failure_set(&ends[i].note, ends[i].outcome,
                                           ends[i].system_error, &error);
        if (reason != ends[i].reason ||
            !str_contains(str_from(error.text), str_from(ends[i].part)))
            fail_msg("case %zu: got %d \"%s\", want \"%s\"", i, (int)reason, error.text,
                     ends[i].part);
        assert_int_equal(error.code, reason);
    }
}

static void the_first_thing_heard_is_kept(void **state)
{
    struct mqtt_failure_note note = {0};

    (void)state;
    mqtt_failure_note_text(&note, "the cause");
    mqtt_failure_note_text(&note, "what followed");
    check_str(str_from(note.text), "the cause");
}

/* libmosquitto 2.0.11's own words. */
static void an_answer_that_is_sent_tells_of_a_qos(void **state)
{
    static const struct {
        const char *text;
        bool is_answer;
    } cases[] = {
        {"Client x sending PUBREC (m7, rc0)", true},
        {"Client x sending PUBACK (m7, rc0)", true},
        {"Client x sending PUBCOMP (m7)", true},
        {"Client x sending PUBLISH (d0, q0, r0, m3, 'R/x/keepalive', ... (9 bytes))",
         false},
        {"Client x received PUBLISH (d0, q2, r0, m7, 'N/x/y', ... (11 bytes))", false},
        {"Client x sending PINGREQ", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mqtt_failure_note note = {0};
        mqtt_failure_note_sending(&note, cases[i].text);
        assert_int_equal(note.is_answer_wanted, cases[i].is_answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_has_a_reason_and_a_sentence),
        cmocka_unit_test(an_answer_that_is_sent_tells_of_a_qos),
        cmocka_unit_test(the_first_thing_heard_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
