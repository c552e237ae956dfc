/* bcrypt.h - hashes of passwords as htpasswd -B makes them. */
#ifndef WEB_BCRYPT_H
#define WEB_BCRYPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

#define BCRYPT_HASH_BYTES ((size_t)60)

/* bcrypt reads no further. */
#define BCRYPT_PASSWORD_BYTES_MAX ((size_t)72)

/* $2a$, $2b$ or $2y$, a cost of 04 to 31, 53 characters of salt and hash. */
bool bcrypt_is_hash(struct str text);

/* The work doubles with each step; 10 takes about 70 ms.  text is a hash. */
unsigned bcrypt_cost(struct str text);

/* Takes as long as the cost says.  What is no hash, and a password with a NUL, match
 * nothing.  ERR_MEMORY: nobody knows. */
enum err bcrypt_match(struct str hash, struct str password, bool *out_matches)
    __attribute__((warn_unused_result));

#endif
