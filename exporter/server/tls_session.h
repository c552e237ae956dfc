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

/* After it: is the cipher one that was chosen?  GnuTLS is told key exchanges and ciphers,
 * and puts them together also to suites that no list named.  True without TLS. */
bool tls_session_is_good(const struct connection *connection);

/* Before the handshake; connection->web is set.  False: without memory, it must end. */
bool tls_session_begin(struct connection *connection);

#endif
