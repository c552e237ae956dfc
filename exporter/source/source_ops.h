/* source_ops.h - what a transport provides; seen by transports and source.c only.
 *
 * The functions keep the promises of source.h; `struct source` is the first member of
 * the transport's own struct.
 */
#ifndef SOURCE_SOURCE_OPS_H
#define SOURCE_SOURCE_OPS_H

#include "source/source.h"

struct source_ops {
    const char *schemes; /* "http https", separated by blanks */
    bool waits;
    enum err (*open)(const struct source_options *options, struct source **out_source,
                     struct error *error);
    bool (*is_ready)(struct source *source);
    void (*set_wants)(struct source *source, const struct want_list *wants);
    enum err (*collect)(struct source *source, const struct collector *collector,
                        struct error *error);
    void (*interrupt)(struct source *source);
    void (*facts)(struct source *source, struct source_facts *out_facts);
    void (*close)(struct source *source);
};

struct source {
    const struct source_ops *ops;
};

extern const struct source_ops http_source;
extern const struct source_ops mqtt_source;

#endif
