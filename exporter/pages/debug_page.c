/* debug_page.c - /debug/scrape: one scrape, told as text to whoever looks for a fault. */
#include "config/config.h"
#include "exporter.h"
#include "generation.h"
#include "map/metric_map.h"
#include "model/apply_counts.h"
#include "model/snapshot.h"
#include "pages/debug_parts.h"
#include "pages/outcome_words.h"
#include "pages/page_words.h"
#include "pages/pages.h"
#include "render/renderer.h"
#include "scrape.h"
#include "self/self_metrics.h"

static bool is_mqtt(const struct self_view *self)
{
    return self->facts.is_known[FACT_MQTT_CONNECTED];
}

static void tell_whom(struct buf *out, const struct config *config,
                      const struct self_view *self)
{
    buf_add_text(out, "site     ");
    page_words_add_printable(out, self->site);
    buf_add_text(out, "\nstation  ");
    page_words_add_address(out, config);
    buf_add_text(out, "\nnow      ");
    page_words_add_time(out, self->unix_seconds);
    buf_add_char(out, '\n');
}

static void tell_fetch(struct buf *out, const struct self_view *self)
{
    const struct snapshot *snapshot = self->snapshot;
    size_t good = 0;
    size_t bytes = 0;

    for (size_t i = 0; i < snapshot->report_count; i++) {
        good += snapshot->reports[i]->outcome == ERR_OK;
        bytes += snapshot->reports[i]->response_bytes;
    }
    buf_printf(out,
               "scrape   %s %.3f s, %zu of %zu devices answered, %zu bytes of values\n",
               snapshot->is_complete ? "took" : "has been under way for",
               snapshot->duration_seconds, good, snapshot->report_count, bytes);
}

static void tell_fact(struct buf *out, const struct self_view *self,
                      enum source_fact fact, const char *words)
{
    if (self->facts.is_known[fact])
        buf_printf(out, "         %s %.1f s ago\n", words,
                   self->unix_seconds - self->facts.value[fact]);
}

static void tell_cache(struct buf *out, const struct self_view *self)
{
    const double *value = self->facts.value;

    buf_printf(out, "mqtt     %s, %.0f connects, %.0f messages, %zu devices\n",
               value[FACT_MQTT_CONNECTED] > 0 ? "connected" : "not connected",
               value[FACT_MQTT_CONNECTS], value[FACT_MQTT_MESSAGES],
               self->snapshot->report_count);
    buf_printf(out, "         %.0f keepalives sent, %.0f of them without a heartbeat\n",
               value[FACT_MQTT_KEEPALIVES], value[FACT_MQTT_KEEPALIVE_FAILURES]);
    tell_fact(out, self, FACT_MQTT_HEARTBEAT_AT, "last heartbeat of the GX");
    tell_fact(out, self, FACT_MQTT_FULL_PUBLISH_AT, "last publish of all values");
}

static void tell_page(struct buf *out, const struct self_view *self, size_t page_bytes,
                      enum err outcome)
{
    size_t refused = 0;

    for (size_t i = 0; i < REFUSAL_END; i++)
        refused += self->counts->refused[i];
    buf_printf(out,
               "metrics  samples %zu, unmapped paths %zu, refused values %zu, page of "
               "%zu bytes%s\n",
               self->counts->samples, self->counts->unmapped, refused, page_bytes,
               outcome == ERR_OK ? "" : ": TOO LARGE, answered 500");
}

static void tell_failure(struct buf *out, const struct self_view *self)
{
    const struct error failure = page_words_failure(self->snapshot);

    if (failure.code == ERR_OK)
        return;
    const struct outcome_words *words = outcome_words_of(failure.code);
    buf_printf(out, "\nNo values: %s (%s).\n", words->meaning, failure.text);
    debug_add_wrapped(out, 0, is_mqtt(self) ? words->over_mqtt : words->over_http);
}

static void tell_failures(struct buf *out, const struct source_facts *facts)
{
    struct buf failures = buf_new(out->max);

    page_words_add_failures(&failures, facts);
    if (failures.n)
        buf_printf(out, "\nFailures since the start: %.*s.\n",
                   STR_ARG(buf_str(&failures)));
    buf_free(&failures);
}

static void tell(struct exporter *exporter, struct generation *generation,
                 const struct snapshot *snapshot, struct buf *out)
{
    struct debug_values values = {.lines = buf_new(PAGE_BYTES_MAX)};
    const struct apply_listener listener = {debug_hear_value, &values};
    const struct page_filter all = {0};
    const struct renderer *renderer = renderer_for(STR_OF(""));
    struct apply_counts counts;
    struct buf page = buf_new(PAGE_BYTES_MAX);
    struct self_view self;

    exporter_view(exporter, generation, &self);
    self.snapshot = snapshot;
    self.counts = &counts;
    enum err outcome = page_write_station(generation, snapshot, renderer, &all, &listener,
                                          &counts, &page);
    if (outcome == ERR_OK)
        outcome = page_write_self(&self, renderer, &all, &page);
    tell_whom(out, exporter->config, &self);
    if (is_mqtt(&self))
        tell_cache(out, &self);
    else
        tell_fetch(out, &self);
    tell_page(out, &self, page.n, outcome);
    tell_failure(out, &self);
    debug_add_requests(out, snapshot, is_mqtt(&self), self.unix_seconds);
    if (snapshot_has_values(snapshot))
        debug_add_values(out, &values);
    tell_failures(out, &self.facts);
    buf_free(&values.lines);
    buf_free(&page);
}

void debug_page(void *context, struct request *request)
{
    struct exporter *exporter = context;

    if (!page_has_fetch(exporter, request, page_deadline(exporter, request)))
        return;
    struct generation *generation = exporter_generation(exporter);
    struct snapshot *snapshot = page_snapshot(exporter, request);
    if (!snapshot || page_is_prepared(exporter, request, generation, snapshot)) {
        struct buf out = buf_new(PAGE_BYTES_MAX);
        if (snapshot)
            tell(exporter, generation, snapshot, &out);
        out.failed |= snapshot == NULL;
        const struct reply reply = {.status = 200, .may_compress = true};
        request_reply(request, &reply, &out);
        buf_free(&out);
    }
    snapshot_release(snapshot);
    generation_release(generation);
}
