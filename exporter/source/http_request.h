/* http_request.h - one GET at a time to one server, in steps that never block.
 *
 * A step moves the request and waits a little for its socket; the caller decides after
 * each how long it may go on.  Each request has a connection of its own, opened when it
 * starts and closed when it ends: the server of the DBus HTTP API serves nobody else
 * while a connection is open.
 * One thread at a time, but for http_request_wake.
 */
#ifndef SOURCE_HTTP_REQUEST_H
#define SOURCE_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct http_request; /* curl handles and the answer so far; opaque */
struct source_options;

/* For requests to the host of options->url, with options->http.  Reads the password and
 * CA files; ERR_USAGE says what is wrong with which flag. */
enum err http_request_open(const struct source_options *options,
                           struct http_request **out_request, struct error *error)
    __attribute__((warn_unused_result));

/* Begins GET path; a longer body than max_body_bytes is ERR_TOO_LARGE.  The former
 * request has ended. */
void http_request_start(struct http_request *request, struct str path,
                        size_t max_body_bytes);

/* Moves it, and waits at most wait_ms for the network.  True when it has ended. */
bool http_request_step(struct http_request *request, int64_t wait_ms);

/* Makes a step under way, or the next one, return soon.  Any thread. */
void http_request_wake(struct http_request *request);

/* The connection stands and the server has the request: it works on it whether we wait
 * or not. */
bool http_request_is_sent(const struct http_request *request);

/* How long it took, or takes so far: from its start; from when it was sent. */
int64_t http_request_age_ms(const struct http_request *request);
int64_t http_request_served_ms(const struct http_request *request); /* 0 if not sent */

/* Ends it now.  Its outcome is ERR_DNS if the name did not resolve until now, else
 * ERR_TIMEOUT, unless it had ended before. */
void http_request_abort(struct http_request *request);

/* Of a request that ended: how, and its body, which is good until the next start.  An
 * answer other than 200 is an error; what error says does not vary with time. */
enum err http_request_result(const struct http_request *request, struct str *out_body,
                             struct error *error) __attribute__((warn_unused_result));

/* Bytes of body received so far, also of an answer that failed. */
size_t http_request_body_bytes(const struct http_request *request);

/* NULL is allowed; a request under way is given up. */
void http_request_close(struct http_request *request);

#endif
