/* watched_files.c - see watched_files.h */
#include "web/watched_files.h"

#include <assert.h>
#include <string.h>
#include <time.h>

#include "base/file.h"

/* A file system may count time in steps of a hundredth of a second: of two changes within
 * one, the second does not show. */
#define YOUNG_NS INT64_C(20000000)

static struct stat status_of(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        memset(&status, 0, sizeof status);
    return status;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mode == b->st_mode && is_same_time(&a->st_mtim, &b->st_mtim) &&
           is_same_time(&a->st_ctim, &b->st_ctim);
}

static bool is_young(const struct stat *status)
{
    struct timespec now;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return true;
    int64_t age_s = (int64_t)now.tv_sec - status->st_ctim.tv_sec;
    int64_t age_ns = age_s * 1000000000 + now.tv_nsec - status->st_ctim.tv_nsec;
    return age_s <= 1 && age_ns >= 0 && age_ns < YOUNG_NS;
}

enum err watched_files_read(struct watched_files *files, struct str path, struct buf *out,
                            struct error *error)
{
    struct watched_file *file = &files->items[files->count];

    assert(files->count < WATCHED_FILES_MAX);
    if (path.n == 0 || path.n >= sizeof file->path || memchr(path.p, '\0', path.n))
        return error_set(error, ERR_USAGE, "\"%.*s\" is no file name", STR_ARG(path));
    memcpy(file->path, path.p, path.n);
    file->path[path.n] = '\0';
    file->status = status_of(file->path);
    files->is_young = files->is_young || is_young(&file->status);
    files->count++;
    if (S_ISFIFO(file->status.st_mode))
        return error_set(
            error, ERR_USAGE,
            "%s: is a pipe: allowed a file, it is read again when it changes",
            file->path);
    return file_read(path, out, error);
}

bool watched_files_is_open_to_all(const struct watched_files *files)
{
    const struct stat *status = &files->items[files->count - 1].status;

    return S_ISREG(status->st_mode) && status->st_mode & S_IROTH;
}

bool watched_files_changed(const struct watched_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        struct stat now = status_of(files->items[i].path);
        if (!is_same(&files->items[i].status, &now))
            return true;
    }
    return false;
}
