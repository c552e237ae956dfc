/* tls_client.h - a client that speaks TLS, for the tests of server/. */
#ifndef TESTS_TLS_CLIENT_H
#define TESTS_TLS_CLIENT_H

#include <gnutls/gnutls.h>
#include <sys/time.h>

#include "http_client.h"

struct tls_client {
    struct client plain; /* its socket */
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
};

/* Connected, without a word of TLS yet. */
static inline struct tls_client tls_client_open(struct str target, const char *priority)
{
    struct tls_client client = {.plain = client_open(target)};
    struct timeval patience = {CLIENT_WAIT_MS / 1000, 0};

    (void)setsockopt(client.plain.socket, SOL_SOCKET, SO_RCVTIMEO, &patience,
                     sizeof patience);
    assert_int_equal(gnutls_certificate_allocate_credentials(&client.credentials), 0);
    assert_int_equal(gnutls_init(&client.session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL), 0);
    assert_int_equal(gnutls_priority_set_direct(client.session, priority, NULL), 0);
    assert_int_equal(gnutls_credentials_set(client.session, GNUTLS_CRD_CERTIFICATE,
                                            client.credentials),
                     0);
    gnutls_transport_set_int(client.session, client.plain.socket);
    return client;
}

static inline int tls_client_handshake(struct tls_client *client)
{
    int outcome;

    do
        outcome = gnutls_handshake(client->session);
    while (outcome < 0 && !gnutls_error_is_fatal(outcome));
    return outcome;
}

static inline void tls_client_send(struct tls_client *client, const char *text)
{
    size_t bytes = strlen(text);

    assert_int_equal(gnutls_record_send(client->session, text, bytes), (ssize_t)bytes);
}

/* What comes until the server ends or max bytes are there. */
static inline size_t tls_client_receive(struct tls_client *client, char *text, size_t max)
{
    size_t n = 0;

    while (n < max) {
        ssize_t got = gnutls_record_recv(client->session, text + n, max - n);
        if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    return n;
}

static inline void tls_client_close(struct tls_client *client)
{
    gnutls_deinit(client->session);
    gnutls_certificate_free_credentials(client->credentials);
    client_close(&client->plain);
}

#endif
