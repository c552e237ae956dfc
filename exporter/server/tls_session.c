/* tls_session.c - see tls_session.h */
#include "server/tls_session.h"

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <string.h>

#include "base/log.h"
#include "server/connection.h"
#include "web/client_certificate.h"
#include "web/web_settings.h"

static const struct web_settings *settings_of(gnutls_session_t session)
{
    const struct connection *connection = gnutls_session_get_ptr(session);

    return connection->web;
}

/* The version is agreed on, the cipher not yet. */
static int choose_ciphers(gnutls_session_t session)
{
    const struct tls_identity *identity = &settings_of(session)->tls;

    if (!identity->priority_for_12 ||
        gnutls_protocol_get_version(session) >= GNUTLS_TLS1_3)
        return 0;
    return gnutls_priority_set(session, identity->priority_for_12);
}

static int check_client(gnutls_session_t session)
{
    struct error error;

    if (client_certificate_check(session, &settings_of(session)->config.tls, &error) ==
        ERR_OK)
        return 0;
    log_write(LOG_DEBUG, "client refused", "reason", error.text, NULL);
    return -1;
}

/* Each side sends one, whatever the version. */
static int note_finished(gnutls_session_t session, unsigned type, unsigned when,
                         unsigned is_incoming, const gnutls_datum_t *message)
{
    struct connection *connection = gnutls_session_get_ptr(session);

    (void)type;
    (void)when;
    (void)is_incoming;
    (void)message;
    connection->tls.finished++;
    return 0;
}

static bool is_open(const struct connection *connection)
{
    return connection->tls.finished >= 2;
}

static gnutls_session_t session_of(const struct connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection->request.handle, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    return info ? info->tls_session : NULL;
}

static bool is_word(const char *word, const char *other)
{
    return word && other && strcmp(word, other) == 0;
}

static bool is_suite(gnutls_session_t session, const struct tls_cipher *cipher)
{
    return is_word(gnutls_kx_get_name(gnutls_kx_get(session)), cipher->exchange) &&
           is_word(gnutls_cipher_get_name(gnutls_cipher_get(session)), cipher->cipher) &&
           is_word(gnutls_mac_get_name(gnutls_mac_get(session)), cipher->mac);
}

bool tls_session_is_good(const struct connection *connection)
{
    gnutls_session_t session = session_of(connection);

    if (!connection->web || !session ||
        gnutls_protocol_get_version(session) >= GNUTLS_TLS1_3)
        return true;
    const struct web_words *chosen = &connection->web->config.tls.ciphers;
    for (size_t i = 0; i < chosen->count; i++)
        if (is_suite(session, tls_cipher_at(chosen->items[i])))
            return true;
    return chosen->count == 0;
}

bool tls_session_begin(struct connection *connection)
{
    gnutls_session_t session = session_of(connection);
    const struct web_settings *web = connection->web;

    if (!session)
        return false;
    gnutls_session_set_ptr(session, connection);
    gnutls_handshake_set_post_client_hello_function(session, choose_ciphers);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED,
                                       GNUTLS_HOOK_POST, note_finished);
    if (web->config.tls.client_auth.number != TLS_CLIENT_NONE) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
        gnutls_session_set_verify_function(session, check_client);
    }
    return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
                                  web->tls.credentials) == 0 &&
           gnutls_priority_set(session, web->tls.priority) == 0;
}

void tls_session_hold(struct connection *connection)
{
    if (!connection->web || is_open(connection) || connection->tls.is_held)
        return;
    gnutls_session_t session = session_of(connection);
    if (!session || gnutls_record_get_direction(session) != 0)
        return; /* it waits until it may write: that is seldom, and short */
    MHD_suspend_connection(connection->request.handle);
    connection->tls.is_held = true;
}

void tls_session_release(struct connection *connection)
{
    if (connection->tls.is_held)
        MHD_resume_connection(connection->request.handle);
    connection->tls.is_held = false;
}
