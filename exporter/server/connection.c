/* connection.c - see connection.h
 *
 * libmicrohttpd has one clock, of idleness: a client that sends a byte now and then would
 * stay for ever.  The clock here runs to the end of a phase.  As libmicrohttpd owns the
 * sockets, a connection is ended by shutting its socket down: the library then closes it.
 */
#include "server/connection.h"

#include <microhttpd.h>
#include <string.h>

#include "server/router.h"
#include "server/server.h"
#include "server/server_limits.h"
#include "web/web_settings.h"

static const struct deadline never = {INT64_MAX};

#define SPARE_PART 16 /* of all places one in so many is kept free */

static struct in6_addr address_key(const struct sockaddr *address)
{
    struct in6_addr key = {0};

    if (address->sa_family == AF_INET6) {
        key = ((const struct sockaddr_in6 *)address)->sin6_addr;
    } else if (address->sa_family == AF_INET) {
        static const unsigned char mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
        memcpy(key.s6_addr, mapped, sizeof mapped);
        memcpy(key.s6_addr + sizeof mapped,
               &((const struct sockaddr_in *)address)->sin_addr, 4);
    }
    return key;
}

struct connection_table connection_table_in(struct arena *arena,
                                            const struct server_limits *limits)
{
    struct connection_table table = {
        .slots = arena_array(arena, limits->connections_max, sizeof(void *)),
        .max = limits->connections_max,
        .per_address_max = limits->connections_per_address_max,
    };
    struct connection *connections =
        arena_array(arena, limits->connections_max, sizeof *connections);

    if (!arena->failed)
        for (size_t i = 0; i < table.max; i++)
            table.slots[i] = &connections[i];
    return table;
}

static size_t count_from(const struct connection_table *table,
                         const struct in6_addr *address)
{
    size_t count = 0;

    for (size_t i = 0; i < table->count; i++)
        count += memcmp(&table->slots[i]->address, address, sizeof *address) == 0;
    return count;
}

bool connection_table_has_room(const struct connection_table *table,
                               const struct sockaddr *address)
{
    struct in6_addr key = address_key(address);

    return table->count < table->max && count_from(table, &key) < table->per_address_max;
}

struct connection *connection_table_add(struct connection_table *table, int socket,
                                        const struct sockaddr *address,
                                        const struct request_setting *setting,
                                        struct web_settings *web,
                                        struct MHD_Connection *handle)
{
    struct connection *connection = table->slots[table->count];

    *connection = (struct connection){
        .request = {.setting = setting, .handle = handle},
        .address = address_key(address),
        .web = web,
        .socket = socket,
        .index = table->count,
    };
    connection->rank = count_from(table, &connection->address) + 1;
    table->count++;
    request_await(&connection->request);
    return connection;
}

void connection_table_remove(struct connection_table *table,
                             struct connection *connection)
{
    struct connection *last = table->slots[table->count - 1];

    request_end(&connection->request);
    web_settings_release(connection->web);
    connection->web = NULL;
    table->slots[connection->index] = last;
    table->slots[last->index] = connection;
    last->index = connection->index;
    table->count--;
}

/* An answer that was not read is thrown away, and the client told so (by a reset): else
 * the kernel would go on trying. */
void connection_shut(struct connection *connection)
{
    const struct linger drop = {.l_onoff = 1, .l_linger = 0};

    if (connection->request.state == REQUEST_ANSWERED)
        (void)setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
    (void)shutdown(connection->socket, SHUT_RDWR);
    tls_session_release(connection); /* so that libmicrohttpd sees the end */
    connection->is_ended = false;    /* once is enough */
    connection->request.deadline = never;
}

void connection_table_keep_room(struct connection_table *table)
{
    struct connection *last = NULL;

    if (table->count <= table->max - table->max / SPARE_PART)
        return;
    for (size_t i = 0; i < table->count; i++) {
        struct connection *connection = table->slots[i];
        bool is_shut = connection->request.deadline.at_ms == never.at_ms;
        if (connection->request.state == REQUEST_WAITING || is_shut)
            continue;
        if (!last || connection->rank > last->rank)
            last = connection;
    }
    if (last && last->rank > 1)
        connection_shut(last);
}

/* A client that has ended its side while its request is incomplete. */
static bool is_hopeless(const struct connection *connection)
{
    return connection->is_ended && (connection->request.state == REQUEST_NONE ||
                                    connection->request.state == REQUEST_BODY);
}

static bool run_again(struct request *request, struct router *router)
{
    router_run(router, request);
    if (request->state != REQUEST_ANSWERED)
        return false;
    MHD_resume_connection(request->handle);
    return true;
}

/* True if libmicrohttpd must run now. */
static bool attend(struct connection *connection, struct router *router,
                   struct attention attention)
{
    struct request *request = &connection->request;
    bool is_late = request->deadline.at_ms <= attention.now_ms;

    if (request->state == REQUEST_WAITING)
        return (is_late || attention.is_woken) && run_again(request, router);
    if (!is_late && !(attention.is_all_read && is_hopeless(connection)))
        return false;
    connection_shut(connection);
    return true;
}

void connection_table_note_end(struct connection_table *table, int socket)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->slots[i]->socket == socket)
            table->slots[i]->is_ended = true;
}

void connection_table_note_data(struct connection_table *table, int socket)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->slots[i]->socket == socket)
            tls_session_release(table->slots[i]);
}

void connection_table_hold_handshakes(struct connection_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        struct connection *connection = table->slots[i];
        bool is_shut = connection->request.deadline.at_ms == never.at_ms;
        if (!is_shut)
            tls_session_hold(connection);
    }
}

bool connection_table_attend(struct connection_table *table, struct router *router,
                             struct attention attention)
{
    bool has_changed = false;

    for (size_t i = 0; i < table->count; i++)
        if (attend(table->slots[i], router, attention))
            has_changed = true;
    return has_changed;
}

int64_t connection_table_next_ms(const struct connection_table *table)
{
    int64_t next_ms = INT64_MAX;

    for (size_t i = 0; i < table->count; i++)
        if (table->slots[i]->request.deadline.at_ms < next_ms)
            next_ms = table->slots[i]->request.deadline.at_ms;
    return next_ms;
}

void connection_table_close_idle(struct connection_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->slots[i]->request.state == REQUEST_NONE)
            connection_shut(table->slots[i]);
}

void connection_table_give_up(struct connection_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        struct request *request = &table->slots[i]->request;
        if (request->state != REQUEST_WAITING)
            continue;
        request_refuse(request);
        MHD_resume_connection(request->handle);
    }
}
