/* output.c - see output.h */
#include "actions/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "actions/actions.h"
#include "base/buf.h"

int output_print(const struct buf *text)
{
    if (text->failed) {
        (void)fprintf(stderr, "the output is too large, or there is no memory for it\n");
        return EXIT_USAGE;
    }
    struct str whole = buf_str(text);
    if (fwrite(whole.p, 1, whole.n, stdout) == whole.n && fflush(stdout) == 0)
        return EXIT_WELL;
    (void)fprintf(stderr, "the output could not be written: %s\n", strerror(errno));
    return EXIT_USAGE;
}
