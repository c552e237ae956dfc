/* http_fetch.h - one collect over the DBus HTTP API.
 *
 * The server works on one request at a time, and goes on with it when its client has
 * left.  So there is never more than one request of ours, and one that misses the
 * deadline is waited for before the next is sent.
 */
#ifndef SOURCE_HTTP_FETCH_H
#define SOURCE_HTTP_FETCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "model/want.h"
#include "source/service_table.h"

struct collector;
struct http_request;

struct http_times {
    int64_t late_max_ms;  /* a request is given up so long after it was sent */
    int64_t fetch_max_ms; /* a fetch sends nothing more then, however deadlines move */
    int64_t hung_ms;      /* a 404 that takes longer is a hung service's */
};

/* Any thread reads them while a fetch counts. */
struct http_counts {
    atomic_uint_fast64_t requests;
    atomic_uint_fast64_t body_bytes;
    atomic_uint_fast64_t failures[ERR_STATION_END];
    atomic_bool has_tried; /* the first fetch settled or ended */
};

/* What outlives a fetch.  Owned by the source, touched by the fetching thread only, but
 * for the counts and http_request_wake. */
struct http_station {
    struct http_request *request;
    struct str prefix;         /* of all paths */
    int64_t answer_timeout_ms; /* a healthy answer is quicker */
    struct http_times times;
    struct want_list wants; /* borrowed, see source_set_wants */
    struct service_table table;
    struct http_counts counts;
};

/* As source_collect (source.h). */
enum err http_fetch(struct http_station *station, const struct collector *collector,
                    struct error *error) __attribute__((warn_unused_result));

#endif
