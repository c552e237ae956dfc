/* mqtt_connection.c - see mqtt_connection.h
 *
 * libmosquitto is used without its own loops: they wait in select() (no descriptor above
 * 1023), spin during a slow TLS handshake, read one packet a call and cannot be woken.
 */
#include "source/mqtt_connection.h"

#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/random.h"
#include "source/mqtt_access.h"
#include "source/mqtt_address.h"
#include "source/mqtt_failure.h"
#include "source/mqtt_intake.h"
#include "source/mqtt_rest.h"
#include "source/tcp_handshake.h"

#define CONNECT_WITHIN_MS 10000

/* A GX answers a wrong password after up to 6 s, on purpose. */
#define GREETING_WITHIN_MS 15000

/* While greeting POLLOUT is not asked for: libmosquitto wants to write all through a TLS
 * handshake, and would be told at once that it may. */
#define GREETING_TICK_MS 100

#define PING_AFTER_SECONDS 30

/* Packets read without a look at the clock. */
#define BURST_MAX 256

/* Every broker must take client ids up to 23 bytes. */
#define CLIENT_ID_SIZE 24

enum phase {
    PHASE_CONNECTING, /* TCP */
    PHASE_GREETING,   /* TLS, then CONNECT until CONNACK */
    PHASE_UP,
};

struct mqtt_connection {
    struct mosquitto *client;
    const struct mqtt_access *access;
    const struct mqtt_listener *listener;
    int wake_fd;
    enum phase phase;
    struct deadline phase_end; /* unless PHASE_UP */
    struct mqtt_address address;
    size_t message_count; /* tells a read that found something */
    struct mqtt_rest rest;
    int send_outcome;              /* MOSQ_ERR_…: the first that was not sent, or 0 */
    struct mqtt_failure_note note; /* what only callbacks hear */
    struct mqtt_intake intake;
    bool hears_log;
};

static void on_connect(struct mosquitto *client, void *context, int code)
{
    struct mqtt_connection *connection = context;

    (void)client;
    connection->note.connack = code;
    if (code == 0)
        connection->phase = PHASE_UP;
}

static void on_message(struct mosquitto *client, void *context,
                       const struct mosquitto_message *message)
{
    struct mqtt_connection *connection = context;
    const struct mqtt_listener *listener = connection->listener;
    struct str payload = {message->payload, (size_t)message->payloadlen};
    struct str topic = str_from(message->topic);

    (void)client;
    connection->message_count++;
    connection->note.is_answer_wanted |= message->qos > 0;
    mqtt_intake_give(&connection->intake, topic.n, payload.n);
    listener->message(listener->context, topic, payload, message->retain);
}

static void on_subscribe(struct mosquitto *client, void *context, int id, int count,
                         const int *granted)
{
    struct mqtt_connection *connection = context;

    (void)client;
    (void)id;
    for (int i = 0; i < count; i++)
        if (granted[i] > 2) /* 0x80, else a QoS */
            connection->note.is_subscription_refused = true;
}

/* A message of QoS 2 is told nowhere else before it is released. */
static void on_log(struct mosquitto *client, void *context, int level, const char *text)
{
    struct mqtt_connection *connection = context;

    (void)client;
    if (level == MOSQ_LOG_ERR)
        mqtt_failure_note_text(&connection->note, text);
    if (level == MOSQ_LOG_DEBUG)
        mqtt_failure_note_sending(&connection->note, text);
}

/* It costs 1 us a message. */
static void listen_to_log(struct mqtt_connection *connection, bool hears_log)
{
    if (connection->hears_log != hears_log)
        mosquitto_log_callback_set(connection->client, hears_log ? on_log : NULL);
    connection->hears_log = hears_log;
}

static void set_callbacks(struct mosquitto *client)
{
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_message_callback_set(client, on_message);
    mosquitto_subscribe_callback_set(client, on_subscribe);
}

/* A new one for each connection: a broker that still holds the last one, or a twin of
 * ours, cannot throw us out. */
static void make_client_id(char id[CLIENT_ID_SIZE])
{
    (void)snprintf(id, CLIENT_ID_SIZE, "victron_exporter-%06x",
                   (unsigned)(random_number() & 0xffffff));
}

/* libmosquitto tries the first address only.  It must have the name to check it against
 * the certificate, so the address is chosen by its family then. */
static enum err start(struct mqtt_connection *connection, struct error *error)
{
    const struct mqtt_address *address = &connection->address;
    const struct mqtt_access *access = connection->access;
    const char *host = access->uses_tls ? access->host.p : address->text;
    int outcome =
        mosquitto_connect_bind_async(connection->client, host, access->port,
                                     PING_AFTER_SECONDS, address->any_of_family);
    int problem = errno;

    connection->phase_end = deadline_in_ms(CONNECT_WITHIN_MS); /* names looked up */
    if (outcome == MOSQ_ERR_SUCCESS || outcome == MOSQ_ERR_CONN_PENDING)
        return ERR_OK;
    return mqtt_failure_set(&connection->note, outcome, problem, error);
}

static enum err prepare(struct mqtt_connection *connection, size_t attempt,
                        struct error *error)
{
    char id[CLIENT_ID_SIZE];
    enum err outcome =
        mqtt_address_find(connection->access->host, attempt, &connection->address, error);

    if (outcome != ERR_OK)
        return outcome;
    make_client_id(id);
    connection->client = mosquitto_new(id, true, connection);
    if (!connection->client)
        return error_set(error, ERR_CONNECT, "no memory for a client");
    set_callbacks(connection->client);
    listen_to_log(connection, true);
    (void)mosquitto_int_option(connection->client, MOSQ_OPT_TCP_NODELAY, 1);
    outcome = mqtt_access_apply(connection->access, connection->client, error);
    return outcome == ERR_OK ? start(connection, error) : outcome;
}

/* libmosquitto begins TLS, and reads the socket's error, before there is a connection. */
static enum err finish_connecting(struct mqtt_connection *connection, int socket,
                                  struct error *error)
{
    int problem = tcp_handshake_problem(socket);

    if (problem)
        return mqtt_failure_set(&connection->note, MOSQ_ERR_ERRNO, problem, error);
    connection->phase = PHASE_GREETING;
    connection->phase_end = deadline_in_ms(GREETING_WITHIN_MS);
    return ERR_OK;
}

static int read_burst(struct mqtt_connection *connection)
{
    size_t reads = 0;
    size_t before;
    int outcome;

    do {
        before = connection->message_count;
        outcome = mosquitto_loop_read(connection->client, 1);
    } while (outcome == MOSQ_ERR_SUCCESS && connection->message_count != before &&
             ++reads < BURST_MAX);
    return outcome;
}

static int check_intake(struct mqtt_connection *connection)
{
    struct mqtt_intake *intake = &connection->intake;

    mqtt_intake_look(intake, mosquitto_socket(connection->client));
    listen_to_log(connection, mqtt_intake_is_odd(intake));
    return mqtt_intake_is_over(intake) ? MOSQ_ERR_OVERSIZE_PACKET : MOSQ_ERR_SUCCESS;
}

/* Reads, writes what waits, pings.  Reading does not block. */
static enum err exchange(struct mqtt_connection *connection, bool reads,
                         struct error *error)
{
    struct mosquitto *client = connection->client;
    size_t before = connection->message_count;
    int outcome = connection->send_outcome;

    if (outcome == MOSQ_ERR_SUCCESS && reads)
        outcome = read_burst(connection);
    size_t found = connection->message_count - before;
    mqtt_rest_plan(&connection->rest, found, found < BURST_MAX);
    if (outcome == MOSQ_ERR_SUCCESS && reads && connection->phase == PHASE_UP)
        outcome = check_intake(connection);
    if (outcome == MOSQ_ERR_SUCCESS && mosquitto_want_write(client))
        outcome = mosquitto_loop_write(client, 1);
    if (outcome == MOSQ_ERR_SUCCESS)
        outcome = mosquitto_loop_misc(client);
    if (outcome != MOSQ_ERR_SUCCESS || connection->note.is_subscription_refused ||
        connection->note.is_answer_wanted)
        return mqtt_failure_set(&connection->note, outcome, errno, error);
    return ERR_OK;
}

/* libmosquitto takes an end in the middle of a TLS handshake for "not yet". */
static bool has_ended(int socket)
{
    char byte;
    ssize_t n = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static enum err greet(struct mqtt_connection *connection, int socket, struct error *error)
{
    enum err outcome = exchange(connection, true, error);

    connection->note.is_up = connection->phase == PHASE_UP;
    if (outcome == ERR_OK && !connection->note.is_up && has_ended(socket))
        outcome = mqtt_failure_set(&connection->note, MOSQ_ERR_CONN_LOST, 0, error);
    return outcome;
}

static enum err check_time(const struct mqtt_connection *connection, struct error *error)
{
    if (connection->phase == PHASE_UP || !deadline_has_passed(connection->phase_end))
        return ERR_OK;
    if (connection->phase == PHASE_CONNECTING)
        return error_set(error, ERR_TIMEOUT, "no TCP connection to %s within %d s",
                         connection->address.text, CONNECT_WITHIN_MS / 1000);
    return error_set(error, ERR_TIMEOUT, "no answer to our greeting within %d s",
                     GREETING_WITHIN_MS / 1000);
}

static int timeout_of(const struct mqtt_connection *connection, int64_t wait_ms)
{
    bool is_short = connection->phase != PHASE_UP && wait_ms > GREETING_TICK_MS;

    return is_short ? GREETING_TICK_MS : (int)wait_ms;
}

static short events_of(const struct mqtt_connection *connection)
{
    switch (connection->phase) {
    case PHASE_CONNECTING:
        return POLLOUT;
    case PHASE_GREETING:
        return POLLIN;
    case PHASE_UP:
        break;
    }
    return mosquitto_want_write(connection->client) ? POLLIN | POLLOUT : POLLIN;
}

static enum err advance(struct mqtt_connection *connection, const struct pollfd *line,
                        struct error *error)
{
    switch (connection->phase) {
    case PHASE_CONNECTING:
        return line->revents ? finish_connecting(connection, line->fd, error) : ERR_OK;
    case PHASE_GREETING:
        return greet(connection, line->fd, error);
    case PHASE_UP:
        break;
    }
    return exchange(connection, line->revents != 0, error);
}

enum err mqtt_connection_open(const struct mqtt_access *access, size_t attempt,
                              const struct mqtt_listener *listener, int wake_fd,
                              struct mqtt_connection **out_connection,
                              struct error *error)
{
    struct mqtt_connection *connection = calloc(1, sizeof *connection);

    if (!connection)
        return error_set(error, ERR_CONNECT, "no memory for a connection");
    connection->access = access;
    connection->listener = listener;
    connection->wake_fd = wake_fd;
    connection->note.uses_tls = access->uses_tls;
    connection->intake.has_records = access->uses_tls;
    enum err outcome = prepare(connection, attempt, error);
    if (outcome != ERR_OK)
        mqtt_connection_close(connection);
    else
        *out_connection = connection;
    return outcome;
}

enum err mqtt_connection_wait(struct mqtt_connection *connection, int64_t wait_ms,
                              struct error *error)
{
    struct pollfd lines[] = {
        {.fd = mosquitto_socket(connection->client), .events = events_of(connection)},
        {.fd = connection->wake_fd, .events = POLLIN},
    };

    if (lines[0].fd < 0)
        return mqtt_failure_set(&connection->note, MOSQ_ERR_CONN_LOST, 0, error);
    int64_t rest_ms = mqtt_rest_due_ms(&connection->rest, wait_ms);
    if (rest_ms > 0)
        (void)poll(&lines[1], 1, (int)rest_ms);
    if (poll(lines, 2, timeout_of(connection, wait_ms - rest_ms)) < 0)
        lines[0].revents = 0; /* a signal: nothing to do */
    enum err outcome = advance(connection, &lines[0], error);
    return outcome == ERR_OK ? check_time(connection, error) : outcome;
}

bool mqtt_connection_is_up(const struct mqtt_connection *connection)
{
    return connection->phase == PHASE_UP;
}

static void note_sent(struct mqtt_connection *connection, int outcome)
{
    if (connection->send_outcome == MOSQ_ERR_SUCCESS)
        connection->send_outcome = outcome;
}

void mqtt_connection_fail(struct mqtt_connection *connection)
{
    note_sent(connection, MOSQ_ERR_NOMEM);
}

void mqtt_connection_subscribe(struct mqtt_connection *connection, const char *topic)
{
    note_sent(connection, mosquitto_subscribe(connection->client, NULL, topic, 0));
}

void mqtt_connection_unsubscribe(struct mqtt_connection *connection, const char *topic)
{
    note_sent(connection, mosquitto_unsubscribe(connection->client, NULL, topic));
}

void mqtt_connection_publish(struct mqtt_connection *connection, const char *topic,
                             struct str payload)
{
    note_sent(connection, mosquitto_publish(connection->client, NULL, topic,
                                            (int)payload.n, payload.p, 0, false));
}

void mqtt_connection_close(struct mqtt_connection *connection)
{
    if (!connection)
        return;
    if (connection->client)
        (void)mosquitto_disconnect(connection->client);
    mosquitto_destroy(connection->client);
    free(connection);
}
