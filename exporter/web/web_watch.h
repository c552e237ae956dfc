/* web_watch.h - the web configuration in force, and how it changes while we run.
 *
 * A changed file, or a changed certificate, key or CA that it names, is in force from the
 * next request on; nobody has to say so.  What cannot be used then is not served: not
 * with the old settings, for whoever changed the file wanted other ones.  A reload is
 * different: it is asked for and has an answer, so a mistake keeps what was in force,
 * until a file changes again.
 */
#ifndef WEB_WEB_WATCH_H
#define WEB_WEB_WATCH_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct web_settings;
struct web_watch; /* opaque; reads files, has no thread */

/* On failure *mistakes holds one line for each mistake.  Copies path. */
enum err web_watch_open(struct str path, struct web_watch **out_watch,
                        struct buf *mistakes) __attribute__((warn_unused_result));

/* Is TLS spoken?  The same from the start to the end. */
bool web_watch_has_tls(const struct web_watch *watch);

/* The settings in force: a reference for the caller to release.  *out_is_mistaken: the
 * files as they are now have a mistake, and these are the last that had none.  Looks at
 * the files, reads them if they changed, and logs what came of it.  Any thread. */
struct web_settings *web_watch_settings(struct web_watch *watch, bool *out_is_mistaken);

/* Reads the files.  A mistake adds its lines and keeps what is in force.  Any thread. */
enum err web_watch_reload(struct web_watch *watch, struct buf *mistakes)
    __attribute__((warn_unused_result));

/* NULL is allowed. */
void web_watch_close(struct web_watch *watch);

#endif
