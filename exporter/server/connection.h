/* connection.h - who is connected, and until when each of them may take.
 *
 * The server thread only.
 */
#ifndef SERVER_CONNECTION_H
#define SERVER_CONNECTION_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "server/request.h"
#include "server/tls_session.h"

struct router;
struct server_limits;
struct web_settings;

struct connection {
    struct request request;   /* the one under way, or awaited */
    struct in6_addr address;  /* IPv4 as ::ffff:a.b.c.d; zero if it is neither */
    struct web_settings *web; /* of its TLS: a reference; NULL without */
    int socket;               /* libmicrohttpd closes it */
    bool is_ended;            /* the client will send no more */
    struct tls_progress tls;  /* with web only */
    size_t index;             /* in the table */
    size_t rank;              /* 1: the first of its address when it came */
};

struct connection_table {
    struct connection **slots; /* in the arena; the first count of max are in use */
    size_t count;
    size_t max;
    size_t per_address_max;
};

/* Fails with the arena. */
struct connection_table connection_table_in(struct arena *arena,
                                            const struct server_limits *limits);

/* One more from this address? */
bool connection_table_has_room(const struct connection_table *table,
                               const struct sockaddr *address);

/* There must be room.  The time of its first request runs.  Without web there is no TLS;
 * the reference is taken over. */
struct connection *connection_table_add(struct connection_table *table, int socket,
                                        const struct sockaddr *address,
                                        const struct request_setting *setting,
                                        struct web_settings *web,
                                        struct MHD_Connection *handle);

/* When nearly all places are taken: shuts down the connection, but for those that wait,
 * whose address held most when it came.  So a few addresses never keep out the others. */
void connection_table_keep_room(struct connection_table *table);

/* Shuts down one that cannot be served. */
void connection_shut(struct connection *connection);

/* Its socket is closed, or will be at once. */
void connection_table_remove(struct connection_table *table,
                             struct connection *connection);

/* The client of this socket has ended its side. */
void connection_table_note_end(struct connection_table *table, int socket);

/* The client of this socket has sent something. */
void connection_table_note_data(struct connection_table *table, int socket);

/* After libmicrohttpd ran: whose handshake waits for the client waits here. */
void connection_table_hold_handshakes(struct connection_table *table);

/* What time and other threads bring. */
struct attention {
    int64_t now_ms;
    bool is_woken;    /* all that waits is to run again */
    bool is_all_read; /* libmicrohttpd has nothing left of what clients sent */
};

/* Shuts down what took too long, or can never be complete; runs again what waited long
 * enough.  True if libmicrohttpd must run now. */
bool connection_table_attend(struct connection_table *table, struct router *router,
                             struct attention attention);

/* When the next one needs attention; INT64_MAX for never. */
int64_t connection_table_next_ms(const struct connection_table *table);

/* Shuts down those on which no request is under way. */
void connection_table_close_idle(struct connection_table *table);

/* Answers all that wait with 503 and resumes them. */
void connection_table_give_up(struct connection_table *table);

#endif
