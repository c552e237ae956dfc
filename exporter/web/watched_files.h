/* watched_files.h - files whose change shall be noticed, and how they looked. */
#ifndef WEB_WATCHED_FILES_H
#define WEB_WATCHED_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* The web configuration, certificate, key, CA of the clients. */
#define WATCHED_FILES_MAX 4

struct watched_file {
    char path[PATH_MAX];
    struct stat status; /* zeroed where there is none */
};

struct watched_files {
    struct watched_file items[WATCHED_FILES_MAX];
    size_t count;
    bool is_young; /* one may have changed again without looking different */
};

/* Notes how the file looks, then adds its content to out.  As file_read; a pipe is
 * refused too, it cannot be read again.  Also a file that is not there is watched. */
enum err watched_files_read(struct watched_files *files, struct str path, struct buf *out,
                            struct error *error) __attribute__((warn_unused_result));

/* Everybody on this host may read the file that was added last. */
bool watched_files_is_open_to_all(const struct watched_files *files);

/* Does one look different now? */
bool watched_files_changed(const struct watched_files *files);

#endif
