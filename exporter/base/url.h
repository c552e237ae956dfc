/* url.h - scheme://host[:port][/path], and nothing else.
 *
 * No user, password, query or fragment: secrets come from files.
 */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Slices of the text that was parsed. */
struct url {
    struct str scheme;
    struct str host; /* without the brackets of an IPv6 address */
    uint16_t port;   /* 0: not given */
    struct str path; /* without a slash at its end; "" or "/prefix" */
};

enum err url_parse(struct str text, struct url *out_url, struct error *error)
    __attribute__((warn_unused_result));

#endif
