/* log.h - one line an event, key=value or JSON, on stderr.
 *
 *   log_write(LOG_WARN, "service failed", "service", name, "reason", reason, NULL);
 *
 * Values are text; keys are ours.  Never a secret, never a payload.  What would
 * repeat at each scrape goes through a log_outcome: the first failure is said,
 * the same one again is not, and its end is said.
 * Any thread may call, and does not wait: a line that stderr does not take at once is
 * lost, and the next one that it takes says how many were.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL_END };
enum log_format { LOG_LOGFMT, LOG_JSON };

/* Before the first thread starts. */
void log_configure(enum log_level least, enum log_format format);

/* "debug", … */
const char *log_level_word(enum log_level level);

/* Pairs of (const char *key, const char *value), ended by a NULL key. */
void log_write(enum log_level level, const char *message, ...) __attribute__((sentinel));

/* Lines of that level written or held back by the level since the start. */
uint64_t log_lines(enum log_level level);

/* What was last said of one repeating matter; zeroed means "well so far". */
struct log_outcome {
    uint64_t said_hash;   /* of the failure that was logged, 0 for none */
    uint64_t repetitions; /* of the same failure since */
};

/* The matter failed.  True if this is news (first, or another failure): log it. */
bool log_outcome_failed(struct log_outcome *outcome, struct str what);

/* The matter is well.  True if a failure had been said: log its end; *out_repetitions
 * (NULL is allowed) says how often it had come again. */
bool log_outcome_recovered(struct log_outcome *outcome, uint64_t *out_repetitions);

/* Kinds of failure of one matter that may take turns: each is news once until all is
 * well.  Zeroed means "well so far". */
struct log_outage {
    uint64_t said_kinds; /* a bit each */
};

/* kind is 0 to 63.  True if it is news: log it. */
bool log_outage_failed(struct log_outage *outage, unsigned kind);

/* The matter is well, or no more.  True if a failure had been said: log its end. */
bool log_outage_ended(struct log_outage *outage);

#endif
