/* file.h - a whole small file of ours: maps, site files, passwords. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Adds the content of path to out.  ERR_USAGE: missing, not readable, larger than out's
 * maximum; the sentence names the path and the reason. */
enum err file_read(struct str path, struct buf *out, struct error *error)
    __attribute__((warn_unused_result));

/* The first line of a file that holds one secret, without its line end.  As file_read,
 * and ERR_USAGE when it is empty.  out may hold more of the file: the caller wipes it
 * (buf_wipe), also on failure. */
enum err file_read_secret(struct str path, struct buf *out, struct error *error)
    __attribute__((warn_unused_result));

#endif
