/* password_checker.h - is this the right password?  Without keeping others waiting.
 *
 * A bcrypt hash takes 70 ms and more by design, so one thread computes them, one after
 * the other, and what was found out is remembered: not the passwords, but digests of them
 * that mean nothing outside this process.
 */
#ifndef SERVER_PASSWORD_CHECKER_H
#define SERVER_PASSWORD_CHECKER_H

#include "base/err.h"
#include "base/str.h"

/* Beyond these it is PASSWORD_UNCHECKED. */
#define PASSWORD_QUEUE_MAX 64

/* Of right ones and of wrong ones, each; the oldest is forgotten.  So wrong ones never
 * drive out the right one of somebody who comes every 15 s. */
#define PASSWORD_CACHE_MAX 100

struct password_checker; /* opaque: a thread, once there is something to do */

enum password_verdict {
    PASSWORD_RIGHT,
    PASSWORD_WRONG,
    PASSWORD_PENDING,  /* ask again after wake */
    PASSWORD_UNCHECKED /* too many are pending, or there was no memory to check it */
};

/* wake is an eventfd, which is written to each time that a pending one was found out; it
 * stays the caller's. */
enum err password_checker_open(int wake, struct password_checker **out_checker,
                               struct error *error) __attribute__((warn_unused_result));

/* Never waits.  hash is a bcrypt hash; user and it are part of what is remembered.  One
 * thread at a time. */
enum password_verdict password_checker_ask(struct password_checker *checker,
                                           struct str user, struct str hash,
                                           struct str password);

/* Does not wait for a hash that is being computed.  NULL is allowed. */
void password_checker_close(struct password_checker *checker);

#endif
