/* http_source.h - the transport "http": the DBus HTTP API of a GX. */
#ifndef SOURCE_HTTP_SOURCE_H
#define SOURCE_HTTP_SOURCE_H

#include "base/err.h"
#include "source/http_fetch.h"

struct source;
struct source_options;

/* As source_open, with other times than a real station needs: tests are in a hurry. */
enum err http_source_open(const struct source_options *options,
                          const struct http_times *times, struct source **out_source,
                          struct error *error) __attribute__((warn_unused_result));

#endif
