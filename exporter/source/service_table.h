/* service_table.h - the services of a station that we ask, and how they behaved.
 *
 * Pure but for the heap: what time it is comes as an argument (clock_monotonic_ms), log
 * lines are the caller's.  A service that is missing from one list of names is
 * forgotten with its history.
 * One thread at a time; not while a collect uses its slots.
 */
#ifndef SOURCE_SERVICE_TABLE_H
#define SOURCE_SERVICE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "model/limits.h"
#include "source/http_wire.h"

struct report;
struct want_list;

/* Of the struct: from service_table_update until it is forgotten by another one. */
struct known_service {
    struct str name;     /* bus name */
    struct str device;   /* its type, a slice of name */
    struct str instance; /* that it had last; empty until known */

    int importance; /* smaller is asked earlier */
    int64_t refresh_ms;

    enum err outcome; /* of its last request; ERR_SKIPPED before the first */
    double duration_seconds;
    struct log_outage outage;

    bool was_late;         /* its last answer missed a deadline: asked last */
    unsigned timeouts;     /* in a row; each doubles the pause */
    int64_t next_ask_ms;   /* not before */
    struct report *kept;   /* serves until kept_until_ms; NULL for none */
    int64_t kept_until_ms; /* only with refresh_ms */

    char name_text[HTTP_WIRE_NAME_BYTES + 1]; /* ends in NUL */
    char instance_text[LIMIT_LABEL_BYTES];
};

/* By importance, then name: an index is a service's slot until the next update. */
struct service_table {
    struct known_service *services[LIMIT_SERVICES];
    size_t count;
};

/* The station has these names (sorted by bytes, each once) and no others; left is called
 * for each service that is not there or not wanted any more, before it is forgotten.
 * Returns how many wanted ones were left out, the least important ones, to keep
 * LIMIT_SERVICES. */
size_t service_table_update(struct service_table *table, const struct str *names,
                            size_t count, const struct want_list *wants,
                            void (*left)(struct known_service *service));

/* Whom to ask now, in this order: those that had timed out or were late come last, those
 * that pause or whose kept report still serves not at all.  Returns how many. */
size_t service_table_order(const struct service_table *table, int64_t now_ms,
                           size_t out_slots[LIMIT_SERVICES]);

/* The answer of an earlier fetch that still serves, borrowed, or NULL. */
struct report *service_kept_report(const struct known_service *service, int64_t now_ms);

/* It is left alone because of a timeout. */
bool service_is_paused(const struct known_service *service, int64_t now_ms);

/* A report without values, for the caller to release; NULL without memory. */
struct report *service_blank_report(const struct known_service *service,
                                    enum err outcome);

/* It gave values, in good time.  Keeps a reference where the type has a refresh. */
void service_answered(struct known_service *service, struct report *report,
                      int64_t now_ms);

/* It failed in another way than by hanging: it is asked again next time. */
void service_failed(struct known_service *service, enum err outcome);

/* It hung: it is left alone for 1, 2, 4 … 60 minutes from now. */
void service_timed_out(struct known_service *service, int64_t now_ms);

/* Sets the instance that later reports without values carry. */
void service_set_instance(struct known_service *service, struct str instance);

void service_table_free(struct service_table *table);

#endif
