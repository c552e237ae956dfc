/* source.h - where readings come from.
 *
 * A source speaks to one station over one transport.  It is told what is
 * wanted and answers with reports; it has never heard of metrics.  A new
 * transport is one x_source.c with a struct source_ops, and one row in the
 * table in source.c.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "model/source_facts.h"

struct report;
struct source; /* opaque: only the transport that made it looks inside */
struct want_list;

/* How to get in.  Secrets are read from their files by the source. */
struct source_access {
    struct str username;      /* empty: none */
    struct str password_file; /* empty: none */
    struct str ca_file;       /* empty: the system's */
    bool skip_verify;         /* verify nothing */
    bool skip_hostname_check; /* verify the chain, not the name (MQTT) */
};

struct source_options {
    struct str url; /* the scheme picks the transport */
    struct source_access http;
    struct source_access mqtt;
    struct str mqtt_portal_id; /* empty: discovered */
    int64_t mqtt_stale_after_ms;
    int64_t
        answer_timeout_ms; /* what a healthy answer takes at most (--scrape.timeout) */
    const char *version;   /* for User-Agent and client id */
};

/* Who listens while a source collects.  Called from the collecting thread only. */
struct collector {
    /* When the last of those who wait wants its page; may move later meanwhile. */
    struct deadline (*deadline)(void *context);

    /* The process ends: come back at once. */
    bool (*is_stopped)(void *context);

    /* One service's report; slot (below LIMIT_SERVICES) is its place in this
     * collect, and a later report of the same slot replaces the earlier one.
     * Takes over the caller's reference. */
    void (*put)(void *context, size_t slot, struct report *report);

    /* What is in so far is all that there will be by the deadline: pages may go out. */
    void (*settle)(void *context);

    void *context;
};

/* Opens the source that serves the URL's scheme.  Copies options.  Reads password and
 * CA files, never waits for the network.
 * On failure (ERR_USAGE: what is wrong with which flag) *out_source is untouched. */
enum err source_open(const struct source_options *options, struct source **out_source,
                     struct error *error) __attribute__((warn_unused_result));

/* True: source_collect waits for the network and belongs on a thread that may wait.
 * False: it only reads memory and is back within microseconds. */
bool source_waits(const struct source *source);

/* True once the first attempt at the station has ended, well or badly. */
bool source_is_ready(struct source *source);

/* Says what is wanted from now on; to be said before the first collect.  What the list
 * points to must live until other wants are set, or the source is closed.  Not while a
 * collect runs. */
void source_set_wants(struct source *source, const struct want_list *wants);

/* Puts the station's reports into the collector.  The deadline is kept whatever the
 * network does: at it `settle` is called, and what came until then counts.  A request
 * that the server still works on then is waited for (at most LATE_MAX_MS), so that it
 * is never more than one; only after that the call returns.
 * On failure (nothing at all could be had) what had arrived stays, and error says why.
 * One call at a time per source. */
enum err source_collect(struct source *source, const struct collector *collector,
                        struct error *error) __attribute__((warn_unused_result));

/* Makes a collect under way ask is_stopped soon.  Any thread. */
void source_interrupt(struct source *source);

/* Any thread, also while a collect runs. */
void source_facts(struct source *source, struct source_facts *out_facts);

/* Joins background threads and frees everything.  NULL is allowed. */
void source_close(struct source *source);

#endif
