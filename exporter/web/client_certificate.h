/* client_certificate.h - is this client one of those that may come in? */
#ifndef WEB_CLIENT_CERTIFICATE_H
#define WEB_CLIENT_CERTIFICATE_H

#include <gnutls/gnutls.h>

#include "base/err.h"
#include "web/web_config.h"

/* Within the handshake, once the client's certificates have come, or none.  A client that
 * is refused has been told by an alert; error says why. */
enum err client_certificate_check(gnutls_session_t session, const struct web_tls *tls,
                                  struct error *error)
    __attribute__((warn_unused_result));

#endif
