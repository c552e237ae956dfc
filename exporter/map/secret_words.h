/* secret_words.h - words that say that a value is nobody's business. */
#ifndef MAP_SECRET_WORDS_H
#define MAP_SECRET_WORDS_H

#include <stdbool.h>

#include "base/str.h"

/* One of the words of text, a path, pattern, JSON pointer or key, names a secret:
 * "/Settings/Services/AccessPointPassword", "/0/psk".  Also true where it is merely
 * likely: a number too few harms nobody. */
bool secret_words_in(struct str text);

#endif
