/* basic_credentials.h - user and password of an Authorization header.  Pure. */
#ifndef WEB_BASIC_CREDENTIALS_H
#define WEB_BASIC_CREDENTIALS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

struct basic_credentials {
    struct str user, password; /* slices of the buffer that was decoded into */
};

/* header is the value of an Authorization header ("Basic dXNlcjpwYXNz").  Adds what it
 * decodes to to out, which must be empty; the caller wipes it (buf_wipe).  False if it is
 * not of this scheme, no base64, or has no colon. */
bool basic_credentials_parse(struct str header, struct buf *out,
                             struct basic_credentials *out_credentials);

#endif
