/* file.c - see file.h */
#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define READ_BYTES 4096

static enum err read_stream(FILE *stream, struct str path, struct buf *out,
                            struct error *error)
{
    for (;;) {
        char piece[READ_BYTES];
        size_t n = fread(piece, 1, sizeof piece, stream);
        if (n == 0 && ferror(stream))
            return error_set(error, ERR_USAGE, "%.*s: %s", STR_ARG(path),
                             strerror(errno));
        if (n == 0)
            return ERR_OK;
        buf_add(out, (struct str){piece, n});
        if (out->failed)
            return error_set(error, ERR_USAGE, "%.*s: larger than the %zu bytes allowed",
                             STR_ARG(path), out->max);
    }
}

enum err file_read(struct str path, struct buf *out, struct error *error)
{
    char name[PATH_MAX];

    if (path.n == 0 || path.n >= sizeof name || memchr(path.p, '\0', path.n))
        return error_set(error, ERR_USAGE, "\"%.*s\" is no file name", STR_ARG(path));
    memcpy(name, path.p, path.n);
    name[path.n] = '\0';
    FILE *stream = fopen(name, "rbe");
    if (!stream)
        return error_set(error, ERR_USAGE, "%s: %s", name, strerror(errno));
    enum err outcome = read_stream(stream, path, out, error);
    (void)fclose(stream);
    return outcome;
}

enum err file_read_secret(struct str path, struct buf *out, struct error *error)
{
    size_t start = out->n;
    enum err outcome = file_read(path, out, error);

    if (outcome != ERR_OK)
        return outcome;
    struct str rest = {out->p ? out->p + start : "", out->n - start};
    struct str line = str_cut(&rest, '\n');
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    out->n = start + line.n;
    if (line.n == 0)
        return error_set(error, ERR_USAGE,
                         "%.*s: the first line is empty, it should hold "
                         "the secret",
                         STR_ARG(path));
    return ERR_OK;
}
