/* print_docs.c - the documents that the option table and the parameter table make.
 *
 *   print_docs flags|site-file|man
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "config/config.h"
#include "config/site_file.h"

#define DOCUMENT_MAX ((size_t)1024 * 1024)

struct document {
    const char *name;
    void (*print)(struct buf *out);
};

static const struct document documents[] = {
    {"flags", config_help_markdown},
    {"site-file", site_file_markdown},
    {"man", config_help_man},
};

int main(int argc, char **argv)
{
    struct buf out = buf_new(DOCUMENT_MAX);

    for (size_t i = 0; argc == 2 && i < sizeof documents / sizeof *documents; i++)
        if (strcmp(argv[1], documents[i].name) == 0)
            documents[i].print(&out);
    if (out.n == 0)
        (void)fprintf(stderr, "usage: print_docs flags|site-file|man\n");
    (void)fwrite(out.p ? out.p : "", 1, out.n, stdout);
    int code = out.n ? EXIT_SUCCESS : EXIT_FAILURE;
    buf_free(&out);
    return code;
}
