/* scripted_broker.h - a broker with the plugin of a GX inside, for the tests of source/.
 *
 * It serves one client at a time: answers CONNECT, announces its portal id, and on each
 * keepalive with an echo publishes `script` and the completion.
 */
#ifndef TESTS_UNIT_SCRIPTED_BROKER_H
#define TESTS_UNIT_SCRIPTED_BROKER_H

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "check.h"

#define BROKER_PORTAL "c0619ab0e550"
#define BROKER_OURS "N/" BROKER_PORTAL "/"
#define BROKER_TURN_MS 5
#define BROKER_PACKET_MAX 4096

struct broker_message {
    const char *topic, *payload;
};

struct scripted_broker {
    int listener;
    uint16_t port;
    pthread_t thread;
    atomic_bool is_stopping;
    atomic_int connack;   /* the answer to CONNECT */
    atomic_bool hangs_up; /* ends the present connection */
    atomic_int full_publishes;
    const struct broker_message *script;
    size_t script_count;
};

static inline bool broker_readable(int socket)
{
    struct pollfd line = {.fd = socket, .events = POLLIN};

    return poll(&line, 1, BROKER_TURN_MS) > 0;
}

static inline void broker_send(int client, unsigned char kind, struct str head,
                               struct str body)
{
    unsigned char start[] = {kind, (unsigned char)((head.n + body.n) % 128 + 128),
                             (unsigned char)((head.n + body.n) / 128)};

    (void)send(client, start, sizeof start, MSG_NOSIGNAL);
    (void)send(client, head.p, head.n, MSG_NOSIGNAL);
    if (body.n)
        (void)send(client, body.p, body.n, MSG_NOSIGNAL);
}

static inline void broker_publish(int client, const char *topic, const char *payload,
                                  bool is_retained)
{
    char head[BROKER_PACKET_MAX];
    size_t n = strlen(topic);

    head[0] = (char)(n / 256);
    head[1] = (char)(n % 256);
    memcpy(head + 2, topic, n);
    broker_send(client, is_retained ? 0x31 : 0x30, (struct str){head, n + 2},
                str_from(payload));
}

static inline void broker_publish_all(struct scripted_broker *broker, int client,
                                      struct str keepalive)
{
    char completed[BROKER_PACKET_MAX];
    struct str echo = {0};

    for (size_t i = 0; i + 1 < keepalive.n && !echo.n; i++)
        if (str_starts_with(str_skip(keepalive, i), STR_OF("echo\":\""))) {
            struct str rest = str_skip(keepalive, i + 7);
            echo = str_cut(&rest, '"');
        }
    if (!echo.n)
        return;
    for (size_t i = 0; i < broker->script_count; i++)
        broker_publish(client, broker->script[i].topic, broker->script[i].payload, false);
    (void)snprintf(completed, sizeof completed,
                   "{\"full-publish-completed-echo\":\"%.*s\",\"value\":1}",
                   STR_ARG(echo));
    broker_publish(client, BROKER_OURS "full_publish_completed", completed, false);
    (void)atomic_fetch_add(&broker->full_publishes, 1);
}

static inline void broker_answer(struct scripted_broker *broker, int client,
                                 unsigned char kind, struct str body)
{
    char reply[] = {0, (char)atomic_load(&broker->connack), 0};

    if (kind == 0x10)
        broker_send(client, 0x20, (struct str){reply, 2}, (struct str){0});
    if (kind == 0x82) { /* SUBSCRIBE: the id comes back, with QoS 0 */
        reply[0] = body.p[0];
        reply[1] = body.p[1];
        broker_send(client, 0x90, (struct str){reply, 3}, (struct str){0});
        if (str_contains(body, STR_OF("Serial")))
            broker_publish(client, BROKER_OURS "system/0/Serial", "{\"value\":\"x\"}",
                           true);
    }
    if (kind == 0x30)
        broker_publish_all(broker, client, body);
}

/* One packet; false at the end of the connection. */
static inline bool broker_read(struct scripted_broker *broker, int client)
{
    unsigned char start[2];
    unsigned char more = 0;
    char body[BROKER_PACKET_MAX];

    if (recv(client, start, 2, MSG_WAITALL) != 2)
        return false;
    size_t n = start[1] & 127;
    if (start[1] & 128) {
        if (recv(client, &more, 1, MSG_WAITALL) != 1)
            return false;
        n += (size_t)more * 128;
    }
    if (n > sizeof body || (n && recv(client, body, n, MSG_WAITALL) != (ssize_t)n))
        return false;
    broker_answer(broker, client, start[0], (struct str){body, n});
    return true;
}

static inline void *broker_serve(void *context)
{
    struct scripted_broker *broker = context;
    int client = -1;

    while (!atomic_load(&broker->is_stopping)) {
        if (client < 0 && broker_readable(broker->listener))
            client = accept(broker->listener, NULL, NULL);
        bool has_ended =
            client >= 0 && broker_readable(client) && !broker_read(broker, client);
        if (client >= 0 && (has_ended || atomic_exchange(&broker->hangs_up, false))) {
            (void)close(client);
            client = -1;
        }
    }
    if (client >= 0)
        (void)close(client);
    return NULL;
}

static inline void broker_start(struct scripted_broker *broker,
                                const struct broker_message *script, size_t count)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    *broker = (struct scripted_broker){.script = script, .script_count = count};
    broker->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(broker->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(broker->listener, 5), 0);
    assert_int_equal(getsockname(broker->listener, (struct sockaddr *)&address, &size),
                     0);
    broker->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&broker->thread, NULL, broker_serve, broker), 0);
}

static inline void broker_stop(struct scripted_broker *broker)
{
    atomic_store(&broker->is_stopping, true);
    (void)pthread_join(broker->thread, NULL);
    (void)close(broker->listener);
}

#endif
