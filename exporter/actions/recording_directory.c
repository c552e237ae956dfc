/* recording_directory.c - see recording_directory.h
 *
 * Everything happens relative to the open folder, so that nobody can put another one in
 * its place meanwhile.
 */
#include "actions/recording_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actions/recording_files.h"
#include "base/buf.h"

#define MARK_BYTES_MAX 4096
#define FILE_MODE 0666 /* less the umask; nothing personal is in it */
#define DIRECTORY_MODE 0777

struct recording_directory {
    char path[PATH_MAX];
    int descriptor;
    bool is_new;
    bool was_written;
};

/* Says errno; name is that of a file in the folder, or "". */
static enum err refuse(const struct recording_directory *directory, enum err code,
                       const char *name, struct error *error)
{
    return error_set(error, code, "--station.record=%s%s%s: %s", directory->path,
                     *name ? "/" : "", name, strerror(errno));
}

/* ---- opening ---- */

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Calls visit for each entry until it says stop; a descriptor of its own, since reading
 * a folder moves its place in it. */
static enum err visit_entries(const struct recording_directory *directory,
                              bool (*visit)(const char *name, void *context),
                              void *context, struct error *error)
{
    int descriptor =
        openat(directory->descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = descriptor < 0 ? NULL : fdopendir(descriptor);
    const struct dirent *entry;

    if (!stream) {
        (void)refuse(directory, ERR_USAGE, "", error);
        if (descriptor >= 0)
            (void)close(descriptor);
        return ERR_USAGE;
    }
    while ((entry = readdir(stream)))
        if (!is_dot(entry->d_name) && !visit(entry->d_name, context))
            break;
    (void)closedir(stream);
    return ERR_OK;
}

static bool note_entry(const char *name, void *context)
{
    bool *has_entries = context;

    (void)name;
    *has_entries = true;
    return false;
}

static bool has_our_mark(const struct recording_directory *directory)
{
    char text[MARK_BYTES_MAX];
    int mark =
        openat(directory->descriptor, RECORDING_MARK, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (mark < 0)
        return false;
    ssize_t n = read(mark, text, sizeof text);
    (void)close(mark);
    return n > 0 && recording_files_are_ours((struct str){text, (size_t)n});
}

static enum err check_content(const struct recording_directory *directory,
                              struct error *error)
{
    bool has_entries = false;
    enum err outcome = visit_entries(directory, note_entry, &has_entries, error);

    if (outcome != ERR_OK || !has_entries || has_our_mark(directory))
        return outcome;
    return error_set(error, ERR_USAGE,
                     "--station.record=%s: holds something else; allowed are a new or "
                     "empty folder and an earlier recording",
                     directory->path);
}

static enum err open_path(struct recording_directory *directory, struct error *error)
{
    directory->is_new = mkdir(directory->path, DIRECTORY_MODE) == 0;
    if (!directory->is_new && errno != EEXIST)
        return refuse(directory, ERR_USAGE, "", error);
    directory->descriptor = open(directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory->descriptor < 0)
        return refuse(directory, ERR_USAGE, "", error);
    return check_content(directory, error);
}

/* ---- writing ---- */

/* What a file is called until it is whole. */
static const char *part_name(const char *name, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, ".%s.part", name);
    buf_add_char(out, '\0');
    return out->failed ? "" : out->p;
}

static bool write_content(int descriptor, struct str content)
{
    while (content.n) {
        ssize_t n = write(descriptor, content.p, content.n);
        if (n < 0 && errno != EINTR)
            return false;
        content = str_skip(content, n < 0 ? 0 : (size_t)n);
    }
    return fsync(descriptor) == 0;
}

static enum err write_aside(const struct recording_directory *directory,
                            const struct recording_file *file, struct buf *part,
                            struct error *error)
{
    const char *name = part_name(file->name, part);

    (void)unlinkat(directory->descriptor, name, 0); /* of one that was interrupted */
    int descriptor = openat(directory->descriptor, name,
                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (descriptor < 0)
        return refuse(directory, ERR_IO, file->name, error);
    enum err outcome = ERR_OK;
    if (!write_content(descriptor, file->content))
        outcome = refuse(directory, ERR_IO, file->name, error);
    if (close(descriptor) != 0 && outcome == ERR_OK)
        outcome = refuse(directory, ERR_IO, file->name, error);
    return outcome;
}

static enum err write_all_aside(const struct recording_directory *directory,
                                const struct recording_files *files, struct buf *part,
                                struct error *error)
{
    for (size_t i = 0; i < files->count; i++) {
        enum err outcome = write_aside(directory, &files->items[i], part, error);
        if (outcome != ERR_OK)
            return outcome;
    }
    return ERR_OK;
}

static enum err rename_all(struct recording_directory *directory,
                           const struct recording_files *files, struct buf *part,
                           struct error *error)
{
    int here = directory->descriptor;

    for (size_t i = 0; i < files->count; i++) {
        const char *name = files->items[i].name;
        if (renameat(here, part_name(name, part), here, name) != 0)
            return refuse(directory, ERR_IO, name, error);
        directory->was_written = true;
    }
    return ERR_OK;
}

static void remove_parts(const struct recording_directory *directory,
                         const struct recording_files *files, struct buf *part)
{
    for (size_t i = 0; i < files->count; i++)
        (void)unlinkat(directory->descriptor, part_name(files->items[i].name, part), 0);
}

struct removal {
    int descriptor;
    const struct recording_files *kept;
};

static bool remove_if_gone(const char *name, void *context)
{
    const struct removal *removal = context;

    if (!recording_files_is_service(str_from(name)))
        return true;
    for (size_t i = 0; i < removal->kept->count; i++)
        if (strcmp(removal->kept->items[i].name, name) == 0)
            return true;
    (void)unlinkat(removal->descriptor, name, 0);
    return true;
}

/* ---- public ---- */

enum err recording_directory_open(struct str path,
                                  struct recording_directory **out_directory,
                                  struct error *error)
{
    struct recording_directory *directory = calloc(1, sizeof *directory);

    if (!directory)
        return error_set(error, ERR_MEMORY, "no memory for a folder");
    directory->descriptor = -1;
    if (path.n == 0 || path.n >= sizeof directory->path || memchr(path.p, '\0', path.n)) {
        free(directory);
        return error_set(error, ERR_USAGE, "--station.record=%.*s: is no folder name",
                         STR_ARG(path));
    }
    memcpy(directory->path, path.p, path.n);
    enum err outcome = open_path(directory, error);
    if (outcome != ERR_OK) {
        recording_directory_close(directory);
        return outcome;
    }
    *out_directory = directory;
    return ERR_OK;
}

enum err recording_directory_write(struct recording_directory *directory,
                                   const struct recording_files *files,
                                   struct error *error)
{
    struct removal removal = {directory->descriptor, files};
    struct buf part = buf_new(PATH_MAX);
    enum err outcome = write_all_aside(directory, files, &part, error);

    if (outcome == ERR_OK)
        outcome = rename_all(directory, files, &part, error);
    if (outcome == ERR_OK)
        outcome = visit_entries(directory, remove_if_gone, &removal, error);
    else
        remove_parts(directory, files, &part);
    buf_free(&part);
    return outcome;
}

void recording_directory_close(struct recording_directory *directory)
{
    if (!directory)
        return;
    if (directory->descriptor >= 0)
        (void)close(directory->descriptor);
    if (directory->is_new && !directory->was_written)
        (void)rmdir(directory->path);
    free(directory);
}
