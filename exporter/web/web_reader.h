/* web_reader.h - one key of a YAML document, or the sentence that says what is wrong.
 *
 * "web.yml: line 3: tls_server_config: min_version "TLS14": allowed TLS10, ...".
 */
#ifndef WEB_WEB_READER_H
#define WEB_WEB_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

struct web_reader {
    yaml_document_t *document;
    struct str file_name;
    struct str section; /* whose keys are read, as a mistake shows it; empty at the top */
    struct arena *arena; /* of the configuration that is being built */
    struct buf *mistakes;
};

struct web_pair {
    struct str key; /* borrowed from the document */
    int line;
    const yaml_node_t *value;
};

/* value: as it is shown, empty for a secret or none. */
void web_reader_refuse(struct web_reader *reader, int line, struct str key,
                       struct str value, const char *reason);

/* What a mistake shows of a value: texts in quotes, of the rest only its kind. */
struct str web_reader_show(struct web_reader *reader, const yaml_node_t *value);

/* Nothing was written behind the key, or null. */
bool web_reader_is_null(const yaml_node_t *value);

/* How many pairs or items it has; 0 for what has none. */
size_t web_reader_size(const yaml_node_t *value);

/* A number, a word, a text in quotes; the empty slice for null.  False for what is no
 * text; nothing is refused then. */
bool web_reader_scalar(const yaml_node_t *value, struct str *out_text);

/* The ones below return false once they have refused. */

/* For each pair of a mapping; null is one without pairs.  A key that stands twice and
 * what is no mapping are refused. */
bool web_reader_pairs(struct web_reader *reader, const struct web_pair *mapping,
                      void (*each)(struct web_reader *reader, const struct web_pair *pair,
                                   void *context),
                      void *context);

/* A text, copied into the arena. */
bool web_reader_text(struct web_reader *reader, const struct web_pair *pair,
                     bool is_secret, struct str *out_text);

/* yes, no, true, false, on, off as YAML 1.1 has them. */
bool web_reader_flag(struct web_reader *reader, const struct web_pair *pair,
                     bool *out_flag);

/* A list of texts, copied into the arena; null is an empty one. */
bool web_reader_list(struct web_reader *reader, const struct web_pair *pair,
                     void (*each)(struct web_reader *reader, const struct web_pair *item,
                                  void *context),
                     void *context);

#endif
