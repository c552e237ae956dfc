/* listener.c - see listener.h */
#include "server/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The longest name that DNS knows, and NUL. */
#define HOST_TEXT_MAX 254

struct host_port {
    struct str host; /* without brackets; empty: every address of this host */
    uint16_t port;
};

static struct str without_brackets(struct str host)
{
    return (struct str){host.p + 1, host.n - 2};
}

static bool has_brackets(struct str host)
{
    return host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
}

/* An IPv6 address without brackets is refused: nobody can tell where its port begins. */
static bool split_address(struct str address, struct host_port *out_parts)
{
    size_t behind_colon = address.n;
    uint64_t port = 0;

    while (behind_colon > 0 && address.p[behind_colon - 1] != ':')
        behind_colon--;
    if (behind_colon == 0 ||
        !str_to_unsigned(str_skip(address, behind_colon), UINT16_MAX, &port))
        return false;
    struct str host = {address.p, behind_colon - 1};
    if (has_brackets(host))
        host = without_brackets(host);
    else if (host.n && (memchr(host.p, ':', host.n) || memchr(host.p, '[', host.n)))
        return false;
    *out_parts = (struct host_port){host, (uint16_t)port};
    return host.n < HOST_TEXT_MAX;
}

/* -1 and errno on failure. */
static int socket_listening_at(const struct sockaddr *address, socklen_t bytes)
{
    int on = 1;
    int off = 0;
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    /* A restart must not wait for the connections of the process before. */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->sa_family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, address, bytes) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    int reason = errno;
    (void)close(fd);
    errno = reason;
    return -1;
}

static int socket_listening_everywhere(uint16_t port)
{
    struct sockaddr_in6 both = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in old = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket_listening_at((const struct sockaddr *)&both, sizeof both);

    if (fd < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
        return socket_listening_at((const struct sockaddr *)&old, sizeof old);
    return fd;
}

static const struct addrinfo *preferred(const struct addrinfo *found)
{
    for (const struct addrinfo *each = found; each; each = each->ai_next)
        if (each->ai_family == AF_INET)
            return each;
    return found;
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)address)->sin_port = htons(port);
}

static enum err resolve(struct str host, struct sockaddr_storage *out_address,
                        socklen_t *out_bytes, struct error *error)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char name[HOST_TEXT_MAX];

    (void)snprintf(name, sizeof name, "%.*s", STR_ARG(host));
    int failure = getaddrinfo(name, NULL, &hints, &found);
    if (failure)
        return error_set(error, ERR_USAGE, "host \"%s\": %s", name,
                         gai_strerror(failure));
    const struct addrinfo *chosen = preferred(found);
    memcpy(out_address, chosen->ai_addr, chosen->ai_addrlen);
    *out_bytes = chosen->ai_addrlen;
    freeaddrinfo(found);
    return ERR_OK;
}

static void write_text(struct listener *listener)
{
    struct sockaddr_storage bound = {0};
    socklen_t bytes = sizeof bound;
    char host[INET6_ADDRSTRLEN] = "";

    (void)getsockname(listener->socket, (struct sockaddr *)&bound, &bytes);
    const struct sockaddr_in *old = (const struct sockaddr_in *)&bound;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&bound;
    if (bound.ss_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
        (void)snprintf(listener->text, sizeof listener->text, "[%s]:%u", host,
                       ntohs(six->sin6_port));
    } else if (bound.ss_family == AF_INET) {
        (void)inet_ntop(AF_INET, &old->sin_addr, host, sizeof host);
        (void)snprintf(listener->text, sizeof listener->text, "%s:%u", host,
                       ntohs(old->sin_port));
    } else {
        (void)snprintf(listener->text, sizeof listener->text, "%s",
                       bound.ss_family == AF_UNIX ? "unix" : "unknown");
    }
}

static enum err open_socket(struct host_port parts, int *out_socket, struct error *error)
{
    struct sockaddr_storage address = {0};
    socklen_t bytes = 0;

    if (parts.host.n == 0) {
        *out_socket = socket_listening_everywhere(parts.port);
    } else {
        enum err failure = resolve(parts.host, &address, &bytes, error);
        if (failure)
            return failure;
        set_port(&address, parts.port);
        *out_socket = socket_listening_at((const struct sockaddr *)&address, bytes);
    }
    if (*out_socket < 0)
        return error_set(error, ERR_USAGE, "cannot listen there: %s", strerror(errno));
    return ERR_OK;
}

enum err listener_open(struct str address, struct listener *out_listener,
                       struct error *error)
{
    struct host_port parts;
    struct listener listener = {.socket = -1};
    enum err failure;

    if (split_address(address, &parts))
        failure = open_socket(parts, &listener.socket, error);
    else
        failure = error_set(error, ERR_USAGE,
                            "not an address and port; allowed are :10088, "
                            "127.0.0.1:10088, [::1]:10088, with a port of 0 to 65535");
    if (failure)
        return error_at(error, failure, "listen address \"%.*s\"", STR_ARG(address));
    write_text(&listener);
    *out_listener = listener;
    return ERR_OK;
}

enum err listener_adopt(int socket, struct listener *out_listener, struct error *error)
{
    struct listener listener = {.socket = socket};
    int is_listening = 0;
    socklen_t bytes = sizeof is_listening;

    if (getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &bytes) != 0)
        return error_set(error, ERR_USAGE, "file descriptor %d that was handed over: %s",
                         socket, strerror(errno));
    if (!is_listening)
        return error_set(error, ERR_USAGE,
                         "file descriptor %d that was handed over is a socket that does "
                         "not listen",
                         socket);
    int flags = fcntl(socket, F_GETFL);
    if (flags < 0 || fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0)
        return error_set(error, ERR_IO, "file descriptor %d: %s", socket,
                         strerror(errno));
    (void)fcntl(socket, F_SETFD, FD_CLOEXEC);
    write_text(&listener);
    *out_listener = listener;
    return ERR_OK;
}

void listener_close(struct listener *listener)
{
    if (listener->socket >= 0)
        (void)close(listener->socket);
    listener->socket = -1;
}
