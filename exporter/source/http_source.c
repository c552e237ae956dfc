/* http_source.c - see http_source.h; what a fetch does is told in http_fetch.c */
#include "source/http_source.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/url.h"
#include "source/http_request.h"
#include "source/source_ops.h"

/* A service that answers nothing blocks the server for 50.05 s (D-Bus: 25 s for
 * Introspect, 25 s for GetValue), one that answers only Introspect for 25.0 s. */
#define LATE_MAX_MS 60000
#define HUNG_MS 20000

/* A fetch that always new scrapers join comes to an end, too. */
#define FETCH_MAX_MS ((int64_t)10 * 60 * 1000)

#define PREFIX_BYTES_MAX ((size_t)2048)

static const struct http_times real_times = {
    .late_max_ms = LATE_MAX_MS,
    .fetch_max_ms = FETCH_MAX_MS,
    .hung_ms = HUNG_MS,
};

struct http_source {
    struct source source; /* first: source.c sees only this */
    struct http_station station;
    struct buf prefix;
};

static struct http_source *own(struct source *source)
{
    return (struct http_source *)source;
}

static void close_source(struct source *source)
{
    struct http_source *http = own(source);

    http_request_close(http->station.request);
    service_table_free(&http->station.table);
    buf_free(&http->prefix);
    free(http);
}

static enum err open_station(struct http_source *http,
                             const struct source_options *options, struct error *error)
{
    struct url url;

    if (url_parse(options->url, &url, error) != ERR_OK)
        return error_at(error, ERR_USAGE, "--station.url");
    buf_add(&http->prefix, url.path);
    if (http->prefix.failed)
        return error_set(error, ERR_MEMORY, "no memory for the URL");
    http->station.prefix = buf_str(&http->prefix);
    http->station.answer_timeout_ms = options->answer_timeout_ms;
    return http_request_open(options, &http->station.request, error);
}

enum err http_source_open(const struct source_options *options,
                          const struct http_times *times, struct source **out_source,
                          struct error *error)
{
    struct http_source *http = calloc(1, sizeof *http);

    if (!http)
        return error_set(error, ERR_MEMORY, "no memory for the source");
    http->source.ops = &http_source;
    http->station.times = *times;
    http->prefix = buf_new(PREFIX_BYTES_MAX);
    enum err outcome = open_station(http, options, error);
    if (outcome != ERR_OK) {
        close_source(&http->source);
        return outcome;
    }
    *out_source = &http->source;
    return ERR_OK;
}

static enum err open_source(const struct source_options *options,
                            struct source **out_source, struct error *error)
{
    return http_source_open(options, &real_times, out_source, error);
}

static bool is_ready(struct source *source)
{
    return atomic_load(&own(source)->station.counts.has_tried);
}

static void set_wants(struct source *source, const struct want_list *wants)
{
    own(source)->station.wants = *wants;
}

static enum err collect(struct source *source, const struct collector *collector,
                        struct error *error)
{
    return http_fetch(&own(source)->station, collector, error);
}

static void interrupt(struct source *source)
{
    http_request_wake(own(source)->station.request);
}

static void set_fact(struct source_facts *facts, enum source_fact fact, uint64_t value)
{
    facts->is_known[fact] = true;
    facts->value[fact] = (double)value;
}

static void tell_facts(struct source *source, struct source_facts *out_facts)
{
    struct http_counts *counts = &own(source)->station.counts;

    *out_facts = (struct source_facts){0};
    set_fact(out_facts, FACT_HTTP_REQUESTS, atomic_load(&counts->requests));
    set_fact(out_facts, FACT_HTTP_RESPONSE_BYTES, atomic_load(&counts->body_bytes));
    for (int code = 0; code < ERR_STATION_END; code++)
        out_facts->failures[code] = atomic_load(&counts->failures[code]);
}

const struct source_ops http_source = {
    .schemes = "http https",
    .waits = true,
    .open = open_source,
    .is_ready = is_ready,
    .set_wants = set_wants,
    .collect = collect,
    .interrupt = interrupt,
    .facts = tell_facts,
    .close = close_source,
};
