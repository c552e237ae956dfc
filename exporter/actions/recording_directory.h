/* recording_directory.h - the folder of --station.record.
 *
 * It is ours alone: empty, or holding an earlier recording of ours, which is then
 * replaced whole.  Every sentence begins with the flag and the folder.
 */
#ifndef ACTIONS_RECORDING_DIRECTORY_H
#define ACTIONS_RECORDING_DIRECTORY_H

#include "base/err.h"
#include "base/str.h"

struct recording_directory; /* a file descriptor */
struct recording_files;

/* Makes the folder if it is missing (not those above it).
 * ERR_USAGE: it cannot be made or read, or holds something else. */
enum err recording_directory_open(struct str path,
                                  struct recording_directory **out_directory,
                                  struct error *error)
    __attribute__((warn_unused_result));

/* Writes all files aside, then gives them their names and removes the services of an
 * earlier recording that are gone.  On failure (ERR_IO) nothing was changed unless the
 * renaming itself failed; no file is ever half written. */
enum err recording_directory_write(struct recording_directory *directory,
                                   const struct recording_files *files,
                                   struct error *error)
    __attribute__((warn_unused_result));

/* Removes the folder again if open made it and nothing was written.  NULL is allowed. */
void recording_directory_close(struct recording_directory *directory);

#endif
