/* web_settings.h - a web configuration with the files that it names, ready for use.
 *
 * Constant; reference-counted: a connection holds the one that it began with.
 */
#ifndef WEB_WEB_SETTINGS_H
#define WEB_WEB_SETTINGS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "web/tls_identity.h"
#include "web/web_config.h"

struct watched_files;

struct web_settings {
    struct web_config config;
    struct tls_identity tls; /* zeroed without TLS */
    struct buf warnings;     /* what works, but should not be so: one line each */
    int references;
};

/* Reads the file and those that it names; *out_files says how they looked, also on
 * failure, when *mistakes holds one line for each mistake and *out_settings is untouched.
 */
enum err web_settings_load(struct str path, struct web_settings **out_settings,
                           struct watched_files *out_files, struct buf *mistakes)
    __attribute__((warn_unused_result));

/* Any thread; release takes NULL. */
struct web_settings *web_settings_reference(struct web_settings *settings);
void web_settings_release(struct web_settings *settings);

#endif
