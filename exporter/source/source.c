/* source.c - the URL's scheme picks the transport; everything else is passed on. */
#include "source/source.h"

#include "base/url.h"
#include "source/source_ops.h"

static const struct source_ops *const transports[] = {&http_source, &mqtt_source};
#define TRANSPORT_COUNT (sizeof transports / sizeof *transports)

static bool serves(const struct source_ops *ops, struct str scheme)
{
    struct str schemes = str_from(ops->schemes);

    while (schemes.n)
        if (str_equal(str_cut(&schemes, ' '), scheme))
            return true;
    return false;
}

enum err source_open(const struct source_options *options, struct source **out_source,
                     struct error *error)
{
    struct url url;

    if (url_parse(options->url, &url, error) != ERR_OK)
        return error_at(error, ERR_USAGE, "--station.url");
    for (size_t i = 0; i < TRANSPORT_COUNT; i++)
        if (serves(transports[i], url.scheme))
            return transports[i]->open(options, out_source, error);
    return error_set(error, ERR_USAGE,
                     "--station.url: scheme \"%.*s\" is unknown: "
                     "allowed http, https, mqtt, mqtts, vrm",
                     STR_ARG(url.scheme));
}

bool source_waits(const struct source *source)
{
    return source->ops->waits;
}

bool source_is_ready(struct source *source)
{
    return source->ops->is_ready(source);
}

void source_set_wants(struct source *source, const struct want_list *wants)
{
    source->ops->set_wants(source, wants);
}

enum err source_collect(struct source *source, const struct collector *collector,
                        struct error *error)
{
    return source->ops->collect(source, collector, error);
}

void source_interrupt(struct source *source)
{
    source->ops->interrupt(source);
}

void source_facts(struct source *source, struct source_facts *out_facts)
{
    source->ops->facts(source, out_facts);
}

void source_close(struct source *source)
{
    if (source)
        source->ops->close(source);
}
