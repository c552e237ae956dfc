/* tls_session.c - see tls_session.h */
#include "server/tls_session.h"

#include <gnutls/gnutls.h>
#include <microhttpd.h>

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

bool tls_session_begin(struct connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection->request.handle, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    const struct web_settings *web = connection->web;

    if (!info)
        return false;
    gnutls_session_t session = info->tls_session;
    gnutls_session_set_ptr(session, connection);
    gnutls_handshake_set_post_client_hello_function(session, choose_ciphers);
    if (web->config.tls.client_auth.number != TLS_CLIENT_NONE) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
        gnutls_session_set_verify_function(session, check_client);
    }
    return gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE,
                                  web->tls.credentials) == 0 &&
           gnutls_priority_set(session, web->tls.priority) == 0;
}
