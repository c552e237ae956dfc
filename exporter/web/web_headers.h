/* web_headers.h - the header lines that a web configuration may add to answers. */
#ifndef WEB_WEB_HEADERS_H
#define WEB_WEB_HEADERS_H

#include "base/err.h"
#include "base/str.h"

/* An empty value means that the line is left out.  ERR_USAGE says what is allowed. */
enum err web_header_check(struct str name, struct str value, struct error *error)
    __attribute__((warn_unused_result));

#endif
