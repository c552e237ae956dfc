/* web_config.h - what a web configuration file says: plain data.
 *
 * The format is that of Prometheus' exporter-toolkit: one file may serve all exporters of
 * a host.  Parsing is pure: it opens no file that the text names.
 */
#ifndef WEB_WEB_CONFIG_H
#define WEB_WEB_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "web/tls_names.h"

/* Of a file; the texts in it take at most as much again. */
#define WEB_CONFIG_BYTES_MAX ((size_t)1024 * 1024)
#define WEB_CONFIG_ITEMS_MAX 1024 /* of a list, of the users */

struct web_text {
    struct str text; /* ends in NUL, not counted */
    int line;        /* of its key; 0: it is not there */
};

struct web_texts {
    struct web_text *items; /* none is empty */
    size_t count;
    int line; /* of the key; 0: it is not there */
};

/* Numbers of words of tls_names.h, each once, in the order of the file. */
struct web_words {
    unsigned items[TLS_CIPHERS_MAX];
    size_t count; /* 0: what is the default */
    int line;
};

struct web_word {
    unsigned number;
    int line; /* 0: not said, number is the default */
};

struct web_tls {
    int line; /* 0: not a key of it, no TLS */
    struct web_text cert, key, client_ca;
    struct web_text cert_file, key_file, client_ca_file; /* as written */
    struct web_word client_auth;                         /* enum tls_client_auth */
    struct web_texts client_allowed_sans;
    struct web_word min_version, max_version; /* enum tls_version */
    struct web_words ciphers;
    struct web_words curves;
    bool prefers_server_ciphers;
};

struct web_header {
    struct str name, value; /* end in NUL, not counted */
};

#define WEB_HEADERS_MAX 5

struct web_user {
    struct str name;
    struct str hash; /* bcrypt; ends in NUL, not counted */
    int line;
};

struct web_rate {
    int64_t interval_ns; /* 0: no limit */
    uint64_t burst;
    int line; /* of the section */
};

struct web_config {
    struct web_tls tls;
    int http_line;
    bool has_http2; /* allowed, but we speak HTTP/1.1 only */
    struct web_header headers[WEB_HEADERS_MAX];
    size_t header_count;
    struct web_user *users; /* none: everybody may ask */
    size_t user_count;
    struct web_rate rate;
    struct arena arena; /* the texts */
};

/* yaml is the content of the file.  On failure (ERR_USAGE) *mistakes holds one line for
 * each mistake: file, line, key, value and what is allowed, never a secret; *out_config
 * is untouched. */
enum err web_config_parse(struct str file_name, struct str yaml,
                          struct web_config *out_config, struct buf *mistakes)
    __attribute__((warn_unused_result));

/* NULL if there is none. */
const struct web_user *web_config_user(const struct web_config *config, struct str name);

void web_config_free(struct web_config *config);

#endif
