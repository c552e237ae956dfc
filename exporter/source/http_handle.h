/* http_handle.h - a curl handle that may speak to the station.
 *
 * What never changes between requests: how to get in, whom to trust, and the rules of
 * the DBus HTTP API (one connection a request, nothing followed, nothing reused).
 */
#ifndef SOURCE_HTTP_HANDLE_H
#define SOURCE_HTTP_HANDLE_H

#include <curl/curl.h>

#include "base/err.h"

struct source_options;

/* The caller owns *out_handle (curl_easy_cleanup) and adds URL and callbacks.  Reads the
 * password and CA files of options->http; ERR_USAGE says what is wrong with which flag.
 */
enum err http_handle_open(const struct source_options *options, CURL **out_handle,
                          struct error *error) __attribute__((warn_unused_result));

#endif
