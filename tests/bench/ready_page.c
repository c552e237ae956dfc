/* ready_page.c - the floor: libmicrohttpd with a page that is ready.
 *
 *   ready_page FILE
 *
 * Serves the bytes of FILE from memory at every path, one shared response; prints the
 * port it listens on.  No exporter can cost less.  Ends with SIGTERM.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench_input.h"

static enum MHD_Result answer(void *context, struct MHD_Connection *connection,
                              const char *path, const char *method, const char *version,
                              const char *body, size_t *body_bytes, void **request)
{
    static int seen;

    (void)path;
    (void)method;
    (void)version;
    (void)body;
    (void)body_bytes;
    if (!*request) {
        *request = &seen;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, context);
}

int main(int argc, char **argv)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    if (argc != 2)
        give_up("usage: ready_page FILE");
    struct buf page = bench_file(argv[1]);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(page.n, page.p, MHD_RESPMEM_PERSISTENT);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, response,
        MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)&address, MHD_OPTION_END);
    if (!daemon)
        give_up("libmicrohttpd does not start");
    (void)printf("listening on port %d\n",
                 MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    (void)fflush(stdout);
    for (;;)
        (void)pause();
}
