/* mqtt_journal.h - what others may know of a conversation: facts, failures, log lines.
 *
 * The talking thread tells it what happened; it counts, says what is worth a line, and
 * hands the whole to the cache.  Each matter is said once and its end once.
 */
#ifndef SOURCE_MQTT_JOURNAL_H
#define SOURCE_MQTT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "model/refusal.h"
#include "source/reading_cache.h"

#define JOURNAL_BROKER_MAX 300 /* a host name, its port, NUL */

struct mqtt_journal {
    char broker[JOURNAL_BROKER_MAX]; /* "venus.local:1883" */
    struct reading_cache *cache;
    struct cache_status status;
    bool has_news; /* status is ahead of the cache's */
    struct log_outcome link, life, refusals[REFUSAL_END];
    bool has_refused; /* since the last complete full publish */
    bool said_connected, said_no_portal, said_second_portal;
};

/* Every counter at 0.  cache outlives the journal. */
struct mqtt_journal mqtt_journal_new(struct reading_cache *cache, struct str host,
                                     uint16_t port);

/* The connection. */
void mqtt_journal_connected(struct mqtt_journal *journal);
void mqtt_journal_failed(struct mqtt_journal *journal, const struct error *failure);

/* The station: a message of it; life that lasts; its clock (0: it did not say); silence
 * for too long; the end of a complete full publish. */
void mqtt_journal_message(struct mqtt_journal *journal);
void mqtt_journal_life(struct mqtt_journal *journal, int64_t now_ms);
void mqtt_journal_steady(struct mqtt_journal *journal);
void mqtt_journal_heartbeat(struct mqtt_journal *journal, double station_seconds);
void mqtt_journal_quiet(struct mqtt_journal *journal, struct str portal);
void mqtt_journal_full(struct mqtt_journal *journal);
void mqtt_journal_refused(struct mqtt_journal *journal, struct str topic,
                          enum refusal refusal);

/* What we asked of it.  After a full publish was asked for, readings may be shown. */
void mqtt_journal_asked(struct mqtt_journal *journal);
void mqtt_journal_asked_full(struct mqtt_journal *journal);
void mqtt_journal_no_heartbeat(struct mqtt_journal *journal);

/* The portal id: none announced; found; a second one. */
void mqtt_journal_no_portal(struct mqtt_journal *journal);
void mqtt_journal_portal(struct mqtt_journal *journal, struct str portal);
void mqtt_journal_second_portal(struct mqtt_journal *journal, struct str portal,
                                struct str other);

/* Hands the news to the cache. */
void mqtt_journal_publish(struct mqtt_journal *journal);

#endif
