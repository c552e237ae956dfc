/* tcp_handshake.c - see tcp_handshake.h */
#include "source/tcp_handshake.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

static bool was_acknowledged(int socket)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;

    return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           info.tcpi_bytes_acked > 0;
}

int tcp_handshake_problem(int socket)
{
    struct sockaddr_storage peer;
    socklen_t peer_size = sizeof peer;
    int problem = 0;
    socklen_t size = sizeof problem;

    if (was_acknowledged(socket))
        return 0;
    (void)getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &size);
    if (!problem && getpeername(socket, (struct sockaddr *)&peer, &peer_size) != 0)
        problem = ECONNREFUSED;
    return problem;
}
