/* http_client.h - a client for the tests of server/: it sends exactly the bytes that the
 * test says, and waits for nothing longer than CLIENT_WAIT_MS. */
#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "check.h"

#define CLIENT_WAIT_MS 10000
#define CLIENT_BYTES_MAX ((size_t)4 * 1024 * 1024)

struct client {
    int socket;
    char *bytes; /* received, from the last answer on */
    size_t n;
    size_t used; /* of them, by the last answer */
};

struct answer {
    int status;
    struct str head; /* good until the next answer is read */
    struct str body;
};

/* Splits "127.0.0.1:80" and "[::1]:80"; an address that means all becomes loopback. */
static inline socklen_t client_target(struct str address, struct sockaddr_storage *target)
{
    struct sockaddr_in *four = (struct sockaddr_in *)target;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)target;
    size_t colon = address.n;
    uint64_t port = 0;

    memset(target, 0, sizeof *target);
    while (address.p[colon - 1] != ':')
        colon--;
    assert_true(str_to_unsigned(str_skip(address, colon), UINT16_MAX, &port));
    if (address.p[0] == '[') {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        six->sin6_addr = in6addr_loopback;
        return sizeof *six;
    }
    four->sin_family = AF_INET;
    four->sin_port = htons((uint16_t)port);
    four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof *four;
}

/* A request that is sent in pieces must not wait for Nagle. */
static inline void client_hurry(const struct client *client)
{
    int on = 1;

    (void)setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* from: an address of 127.0.0.0/8, NULL for any. */
static inline struct client client_open_from(struct str address, const char *from)
{
    struct sockaddr_storage target;
    socklen_t bytes = client_target(address, &target);
    struct client client = {.socket = socket(target.ss_family, SOCK_STREAM, 0)};

    assert_true(client.socket >= 0);
    if (from) {
        struct sockaddr_in own = {.sin_family = AF_INET};
        assert_int_equal(inet_pton(AF_INET, from, &own.sin_addr), 1);
        assert_int_equal(bind(client.socket, (struct sockaddr *)&own, sizeof own), 0);
    }
    assert_int_equal(connect(client.socket, (struct sockaddr *)&target, bytes), 0);
    client_hurry(&client);
    client.bytes = malloc(CLIENT_BYTES_MAX);
    assert_non_null(client.bytes);
    return client;
}

static inline struct client client_open(struct str address)
{
    return client_open_from(address, NULL);
}

static inline void client_close(struct client *client)
{
    if (client->socket >= 0)
        (void)close(client->socket);
    client->socket = -1;
    free(client->bytes);
    client->bytes = NULL;
}

/* A server that has closed already is no mistake: the answer tells. */
static inline void client_send_bytes(struct client *client, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = send(client->socket, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        bytes = str_skip(bytes, (size_t)n);
    }
}

static inline void client_send(struct client *client, const char *text)
{
    client_send_bytes(client, str_from(text));
}

/* GET of path, with further header lines ("" for none). */
static inline void client_get(struct client *client, const char *path, const char *lines)
{
    client_send(client, "GET ");
    client_send(client, path);
    client_send(client, " HTTP/1.1\r\nHost: test\r\n");
    client_send(client, lines);
    client_send(client, "\r\n");
}

static inline bool client_is_readable(const struct client *client,
                                      struct deadline deadline)
{
    struct pollfd one = {.fd = client->socket, .events = POLLIN};

    return poll(&one, 1, (int)deadline_left_ms(deadline)) == 1;
}

/* False at the end of the connection. */
static inline bool client_receive(struct client *client, struct deadline deadline)
{
    if (!client_is_readable(client, deadline))
        fail_msg("nothing came within %d ms", CLIENT_WAIT_MS);
    assert_true(client->n < CLIENT_BYTES_MAX);
    ssize_t n =
        recv(client->socket, client->bytes + client->n, CLIENT_BYTES_MAX - client->n, 0);
    if (n > 0)
        client->n += (size_t)n;
    return n > 0;
}

static inline struct str client_unused(const struct client *client)
{
    return (struct str){client->bytes + client->used, client->n - client->used};
}

/* The value of a header line, without blanks; p is NULL if there is none. */
static inline struct str answer_header(struct str head, const char *name)
{
    while (head.n) {
        struct str value = str_cut(&head, '\n');
        struct str found = str_cut(&value, ':');
        if (str_equal_ignoring_case(found, str_from(name)))
            return str_trim((struct str){value.p, value.n ? value.n - 1 : 0});
    }
    return (struct str){NULL, 0};
}

static inline size_t answer_head_bytes(struct str bytes)
{
    for (size_t i = 4; i <= bytes.n; i++)
        if (memcmp(bytes.p + i - 4, "\r\n\r\n", 4) == 0)
            return i;
    return 0;
}

/* Reads one answer; without_body: of HEAD.  Status 0: the connection ended before one
 * was complete. */
static inline struct answer client_read(struct client *client, bool without_body)
{
    struct deadline deadline = deadline_in_ms(CLIENT_WAIT_MS);
    struct answer answer = {0};
    size_t head_bytes;
    uint64_t body_bytes = 0;

    memmove(client->bytes, client->bytes + client->used, client->n - client->used);
    client->n -= client->used;
    client->used = 0;
    while ((head_bytes = answer_head_bytes(client_unused(client))) == 0)
        if (!client_receive(client, deadline))
            return answer;
    answer.head = (struct str){client->bytes, head_bytes};
    struct str length = answer_header(answer.head, "Content-Length");
    assert_true(str_to_unsigned(length, CLIENT_BYTES_MAX - head_bytes, &body_bytes));
    if (without_body)
        body_bytes = 0;
    while (client->n < head_bytes + body_bytes)
        if (!client_receive(client, deadline))
            return answer;
    answer.body = (struct str){client->bytes + head_bytes, (size_t)body_bytes};
    client->used = head_bytes + (size_t)body_bytes;
    uint64_t status = 0;
    assert_true(str_to_unsigned((struct str){answer.head.p + 9, 3}, 999, &status));
    answer.status = (int)status;
    return answer;
}

/* True if the server ends the connection in time, whatever it sends before. */
static inline bool client_is_ended_within(struct client *client, int64_t ms)
{
    struct deadline deadline = deadline_in_ms(ms);
    char bytes[4096];

    while (client_is_readable(client, deadline))
        if (recv(client->socket, bytes, sizeof bytes, 0) <= 0)
            return true;
    return false;
}

/* One request on a connection of its own: its status. */
static inline int client_ask(struct str address, const char *path)
{
    struct client client = client_open(address);

    client_get(&client, path, "");
    int status = client_read(&client, false).status;
    client_close(&client);
    return status;
}

#endif
