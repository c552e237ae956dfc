/* utf8.h - text from the wire made fit for a page.
 *
 * What is not UTF-8 becomes U+FFFD, one for each broken sequence; surrogates and
 * overlong forms count as broken.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* Length in bytes of the good character that s begins with, 0 if it is broken or
 * s is empty. */
size_t utf8_character(struct str s);

bool utf8_is_valid(struct str s);

/* Adds s to out, repaired. */
void utf8_repair(struct str s, struct buf *out);

/* The longest head of valid UTF-8 text s that has at most max bytes and cuts no
 * character. */
struct str utf8_cut(struct str s, size_t max);

#endif
