/* tls_session.h - the TLS of one connection, by the web configuration.
 *
 * libmicrohttpd makes the session and runs the handshake; who we are, what we speak and
 * whom we let in is set here, anew for each connection: so a renewed certificate is used
 * by the next one.  The server thread only.
 */
#ifndef SERVER_TLS_SESSION_H
#define SERVER_TLS_SESSION_H

#include <stdbool.h>

struct connection;

/* How far the handshake is. */
struct tls_progress {
    unsigned finished; /* of its last messages, ours and the client's */
    bool is_held;      /* libmicrohttpd has the connection suspended */
};

/* After it: is the cipher one that was chosen?  GnuTLS is told key exchanges and ciphers,
 * and puts them together also to suites that no list named.  True without TLS. */
bool tls_session_is_good(const struct connection *connection);

/* Before the handshake; connection->web is set.  False: without memory, it must end. */
bool tls_session_begin(struct connection *connection);

/* libmicrohttpd 0.9.75 takes a handshake that waits for the client for one that can go
 * on, and would try again and again: whoever sends half a hello could keep a processor
 * busy.  So such a connection is suspended until the client sends more.  Without TLS, and
 * after the handshake, both do nothing; so they do when it is held, or is not. */
void tls_session_hold(struct connection *connection);
void tls_session_release(struct connection *connection);

#endif
