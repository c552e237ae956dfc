/* listener.h - a socket that listens, and the text of its address. */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "base/err.h"
#include "base/str.h"

/* "[", an IPv6 address, "]:", a port and NUL. */
#define LISTENER_TEXT_MAX 64

struct listener {
    int socket;                   /* not blocking; -1 once closed */
    char text[LISTENER_TEXT_MAX]; /* as bound: "127.0.0.1:40123", "[::]:10088", "unix" */
};

/* Binds an address in Go syntax and listens.  Without a host, and at [::], it takes IPv6
 * and IPv4 (only the latter where the host has no IPv6).  A host that is a name is
 * resolved, IPv4 first.  ERR_USAGE names the address and what is wrong. */
enum err listener_open(struct str address, struct listener *out_listener,
                       struct error *error) __attribute__((warn_unused_result));

/* Uses a socket that listens already.  On failure it stays the caller's. */
enum err listener_adopt(int socket, struct listener *out_listener, struct error *error)
    __attribute__((warn_unused_result));

/* May be called twice. */
void listener_close(struct listener *listener);

#endif
