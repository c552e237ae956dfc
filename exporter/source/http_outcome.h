/* http_outcome.h - what curl's codes and HTTP's statuses mean to us. */
#ifndef SOURCE_HTTP_OUTCOME_H
#define SOURCE_HTTP_OUTCOME_H

#include <curl/curl.h>

#include "base/err.h"

/* status is 0 as long as no status line came.  Pure. */
enum err http_outcome(CURLcode code, long status) __attribute__((warn_unused_result));

#endif
