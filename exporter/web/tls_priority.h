/* tls_priority.h - versions, ciphers and curves in the words of GnuTLS.  Pure. */
#ifndef WEB_TLS_PRIORITY_H
#define WEB_TLS_PRIORITY_H

#include <stdbool.h>

#include "base/buf.h"
#include "web/web_config.h"

/* Up to which version a client speaks.  GnuTLS knows one list of ciphers for all
 * versions, a web configuration chooses those below TLS 1.3 only: so there are two
 * strings. */
enum tls_client { TLS_CLIENT_OF_12, TLS_CLIENT_OF_13 };

/* Adds a priority string, and NUL.  key is the certificate's.  False, and nothing is
 * added, where such a client cannot be served. */
bool tls_priority_write(const struct web_tls *tls, enum tls_key key,
                        enum tls_client client, struct buf *out);

#endif
