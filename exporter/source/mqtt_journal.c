/* mqtt_journal.c - see mqtt_journal.h */
#include "source/mqtt_journal.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

#define NUMBER_MAX 24      /* digits of 64 bits, and NUL */
#define TOPIC_TEXT_MAX 160 /* of a topic in a log line */

/* Whatever the clock says now, and differences do not overflow. */
#define LONG_AGO_MS (INT64_MIN / 2)

static const enum source_fact facts_from_start[] = {
    FACT_MQTT_CONNECTED,          FACT_MQTT_MESSAGES, FACT_MQTT_KEEPALIVES,
    FACT_MQTT_KEEPALIVE_FAILURES, FACT_MQTT_CONNECTS,
};
#define FACTS_FROM_START (sizeof facts_from_start / sizeof *facts_from_start)

static void set(struct mqtt_journal *journal, enum source_fact fact, double value)
{
    journal->status.facts.is_known[fact] = true;
    journal->status.facts.value[fact] = value;
    journal->has_news = true;
}

static void count(struct mqtt_journal *journal, enum source_fact fact)
{
    set(journal, fact, journal->status.facts.value[fact] + 1);
}

static void count_failure(struct mqtt_journal *journal, enum err reason)
{
    if (reason < ERR_STATION_END)
        journal->status.facts.failures[reason]++;
    journal->has_news = true;
}

/* Connected, but what is shown may be nothing. */
static void set_no_life(struct mqtt_journal *journal, struct str portal)
{
    (void)error_set(&journal->status.error, ERR_TIMEOUT,
                    "%s: connected, but no sign of life of the station%s%.*s",
                    journal->broker, portal.n ? " " : "", STR_ARG(portal));
}

/* Its end is worth a line if its begin had one. */
static void say_recovered(struct mqtt_journal *journal, struct log_outcome *outcome,
                          const char *message)
{
    char number[NUMBER_MAX];
    uint64_t repetitions = 0;

    if (!log_outcome_recovered(outcome, &repetitions))
        return;
    (void)snprintf(number, sizeof number, "%" PRIu64, repetitions);
    log_write(LOG_INFO, message, "broker", journal->broker, "repetitions", number, NULL);
}

/* A dead night has many reasons, by turns; what an operator must cure has one. */
static struct str matter_of(enum err reason)
{
    bool is_ours = reason == ERR_AUTH || reason == ERR_TLS;

    return is_ours ? str_from(err_reason(reason)) : STR_OF("unreachable");
}

struct mqtt_journal mqtt_journal_new(struct reading_cache *cache, struct str host,
                                     uint16_t port)
{
    struct mqtt_journal journal = {.cache = cache, .status.life_at_ms = LONG_AGO_MS};

    (void)snprintf(journal.broker, sizeof journal.broker, "%.*s:%u", STR_ARG(host),
                   (unsigned)port);
    for (size_t i = 0; i < FACTS_FROM_START; i++)
        set(&journal, facts_from_start[i], 0);
    (void)error_set(&journal.status.error, ERR_TIMEOUT, "%s: not connected yet",
                    journal.broker);
    return journal;
}

void mqtt_journal_connected(struct mqtt_journal *journal)
{
    set(journal, FACT_MQTT_CONNECTED, 1);
    count(journal, FACT_MQTT_CONNECTS);
    set_no_life(journal, STR_OF(""));
    if (!journal->said_connected)
        log_write(LOG_INFO, "broker connected", "broker", journal->broker, NULL);
    journal->said_connected = true;
}

void mqtt_journal_failed(struct mqtt_journal *journal, const struct error *failure)
{
    struct error *error = &journal->status.error;

    set(journal, FACT_MQTT_CONNECTED, 0);
    count_failure(journal, failure->code);
    (void)error_set(error, failure->code, "%s: %s", journal->broker, failure->text);
    journal->status.is_ready = true;
    if (log_outcome_failed(&journal->link, matter_of(failure->code)))
        log_write(LOG_WARN, "broker connection failed", "broker", journal->broker,
                  "reason", err_reason(failure->code), "error", failure->text, NULL);
}

void mqtt_journal_message(struct mqtt_journal *journal)
{
    count(journal, FACT_MQTT_MESSAGES);
}

void mqtt_journal_life(struct mqtt_journal *journal, int64_t now_ms)
{
    journal->status.life_at_ms = now_ms;
    journal->has_news = true;
}

void mqtt_journal_steady(struct mqtt_journal *journal)
{
    say_recovered(journal, &journal->link, "broker connected again");
    say_recovered(journal, &journal->life, "the station is alive again");
}

void mqtt_journal_heartbeat(struct mqtt_journal *journal, double station_seconds)
{
    double now = clock_round_to_ms(clock_unix_seconds());

    set(journal, FACT_MQTT_HEARTBEAT_AT, now);
    if (station_seconds > 0)
        set(journal, FACT_CLOCK_OFFSET, clock_round_to_ms(station_seconds - now));
}

void mqtt_journal_quiet(struct mqtt_journal *journal, struct str portal)
{
    journal->status.is_shown = false;
    count_failure(journal, ERR_TIMEOUT);
    if (journal->status.facts.value[FACT_MQTT_CONNECTED] > 0)
        set_no_life(journal, portal);
    if (log_outcome_failed(&journal->life, STR_OF("quiet")))
        log_write(LOG_WARN, "no sign of life of the station: its values are dropped",
                  "broker", journal->broker, NULL);
}

void mqtt_journal_full(struct mqtt_journal *journal)
{
    set(journal, FACT_MQTT_FULL_PUBLISH_AT, clock_round_to_ms(clock_unix_seconds()));
    journal->status.is_ready = true;
    for (size_t i = 0; i < REFUSAL_END && !journal->has_refused; i++)
        say_recovered(journal, &journal->refusals[i], "no more refused values");
    journal->has_refused = false;
}

void mqtt_journal_refused(struct mqtt_journal *journal, struct str topic,
                          enum refusal refusal)
{
    const char *word = refusal_word(refusal);
    char text[TOPIC_TEXT_MAX];

    count_failure(journal, refusal == REFUSAL_LIMIT ? ERR_TOO_LARGE : ERR_MALFORMED);
    journal->has_refused = true;
    if (!log_outcome_failed(&journal->refusals[refusal], str_from(word)))
        return;
    (void)snprintf(text, sizeof text, "%.*s", STR_ARG(topic));
    log_write(LOG_WARN, "a value is refused, perhaps more to come", "broker",
              journal->broker, "reason", word, "topic", text, NULL);
}

void mqtt_journal_asked(struct mqtt_journal *journal)
{
    count(journal, FACT_MQTT_KEEPALIVES);
}

void mqtt_journal_asked_full(struct mqtt_journal *journal)
{
    count(journal, FACT_MQTT_KEEPALIVES);
    journal->status.is_shown = true;
}

void mqtt_journal_no_heartbeat(struct mqtt_journal *journal)
{
    count(journal, FACT_MQTT_KEEPALIVE_FAILURES);
}

void mqtt_journal_no_portal(struct mqtt_journal *journal)
{
    (void)error_set(&journal->status.error, ERR_TIMEOUT,
                    "%s: the broker announces no portal id: set --mqtt.portal-id",
                    journal->broker);
    count_failure(journal, ERR_TIMEOUT);
    if (!journal->said_no_portal)
        log_write(LOG_WARN, "the broker announces no portal id: set --mqtt.portal-id",
                  "broker", journal->broker, NULL);
    journal->said_no_portal = true;
}

void mqtt_journal_portal(struct mqtt_journal *journal, struct str portal)
{
    char text[TOPIC_TEXT_MAX];

    set_no_life(journal, portal);
    (void)snprintf(text, sizeof text, "%.*s", STR_ARG(portal));
    log_write(LOG_INFO, "station found", "broker", journal->broker, "portal_id", text,
              NULL);
}

void mqtt_journal_second_portal(struct mqtt_journal *journal, struct str portal,
                                struct str other)
{
    char used[TOPIC_TEXT_MAX];
    char ignored[TOPIC_TEXT_MAX];

    if (journal->said_second_portal)
        return;
    journal->said_second_portal = true;
    (void)snprintf(used, sizeof used, "%.*s", STR_ARG(portal));
    (void)snprintf(ignored, sizeof ignored, "%.*s", STR_ARG(other));
    log_write(LOG_WARN, "two stations on one broker: choose with --mqtt.portal-id",
              "broker", journal->broker, "used", used, "ignored", ignored, NULL);
}

void mqtt_journal_publish(struct mqtt_journal *journal)
{
    if (journal->has_news)
        reading_cache_set_status(journal->cache, &journal->status);
    journal->has_news = false;
}
