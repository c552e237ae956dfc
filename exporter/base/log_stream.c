/* log_stream.c - see log_stream.h
 *
 * stderr is shared with others, so it is not set to non-blocking.  A pipe that poll calls
 * writable takes PIPE_BUF bytes at once; sockets of a journal take much more.
 */
#include "base/log_stream.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

static bool takes_more(void)
{
    struct pollfd stream = {.fd = STDERR_FILENO, .events = POLLOUT};

    return poll(&stream, 1, 0) == 1 && stream.revents == POLLOUT;
}

bool log_stream_write(struct str line)
{
    while (line.n && takes_more()) {
        ssize_t n = write(STDERR_FILENO, line.p, line.n < PIPE_BUF ? line.n : PIPE_BUF);
        if (n <= 0)
            return false;
        line = str_skip(line, (size_t)n);
    }
    return line.n == 0;
}
