/* tcp_handshake.h - whether a TCP connection ever stood. */
#ifndef SOURCE_TCP_HANDSHAKE_H
#define SOURCE_TCP_HANDSHAKE_H

/* For a connect that is over: why there never was a connection (an errno), or 0 when
 * there was one, even if it has been reset since.
 *
 * A library that writes before the connection stands, as TLS does, reads the socket's
 * error away: SO_ERROR is 0 then, and a refusal looks like a reset.  The kernel's count
 * of acknowledged bytes, in which the SYN is one, tells them apart (Linux 4.1).  Where it
 * is not to be had, as under user-mode emulation, such a reset is called a refusal. */
int tcp_handshake_problem(int socket);

#endif
