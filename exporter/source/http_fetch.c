/* http_fetch.c - see http_fetch.h
 *
 * The story: ask /services, say what is known of each service, ask one after the other
 * until all have been asked or the deadline passes.
 */
#include "source/http_fetch.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "model/report.h"
#include "source/fetch_slots.h"
#include "source/http_request.h"
#include "source/http_wire.h"
#include "source/source.h"

/* Deadlines may move and scrapers may join unheard meanwhile. */
#define TURN_MAX_MS 50

#define NAMES_ARENA_MAX ((size_t)4 * 1024 * 1024)
#define PATH_BYTES_MAX ((size_t)4 * 1024)

#define NO_SLOT LIMIT_SERVICES

struct fetch {
    struct http_station *station;
    const struct collector *collector;
    struct deadline last; /* no deadline of the collector counts beyond it */
    int64_t settled_ms;   /* the deadline that was settled, 0 for none */
    bool is_stopped;
    bool is_server_lost; /* a request never ended: ask no more */
    size_t left_out;     /* services over the limit */

    size_t order[LIMIT_SERVICES]; /* slots to ask */
    size_t order_count;
    size_t asked; /* of them, the one under way included */
    struct fetch_slots slots;
};

struct answer {
    size_t slot; /* of the service that was asked, or NO_SLOT */
    enum err outcome;
    struct str body;
    bool is_late;      /* a deadline passed while the server had the request */
    bool was_given_up; /* the server had it for late_max_ms */
    struct error error;
};

static struct deadline deadline_of(const struct fetch *fetch)
{
    const struct collector *collector = fetch->collector;

    return deadline_earlier(collector->deadline(collector->context), fetch->last);
}

static void count_failure(struct fetch *fetch, enum err outcome)
{
    if (outcome < ERR_STATION_END)
        atomic_fetch_add(&fetch->station->counts.failures[outcome], 1);
}

/* ---- reports ---- */

static struct known_service *service_at(const struct fetch *fetch, size_t slot)
{
    return fetch->station->table.services[slot];
}

/* A report of this fetch's own.  The first service that is asked also speaks for those
 * that have no slot. */
static void put_new(struct fetch *fetch, size_t slot, struct report *report)
{
    if (report && fetch->order_count && fetch->order[0] == slot)
        report->refused[REFUSAL_LIMIT] += fetch->left_out;
    fetch_slots_put(&fetch->slots, slot, report);
}

static void put_blank(struct fetch *fetch, size_t slot, enum err outcome)
{
    put_new(fetch, slot, service_blank_report(service_at(fetch, slot), outcome));
}

/* Counted once a fetch, however often it settles. */
static void skip(struct fetch *fetch, size_t slot)
{
    if (fetch->slots.all[slot].is_skipped)
        return;
    fetch->slots.all[slot].is_skipped = true;
    count_failure(fetch, ERR_SKIPPED);
    put_blank(fetch, slot, ERR_SKIPPED);
}

static void skip_rest(struct fetch *fetch)
{
    for (size_t i = fetch->asked; i < fetch->order_count; i++)
        skip(fetch, fetch->order[i]);
}

/* What is known before anybody was asked. */
static void put_known(struct fetch *fetch)
{
    const struct service_table *table = &fetch->station->table;
    int64_t now_ms = clock_monotonic_ms();

    fetch->order_count = service_table_order(table, now_ms, fetch->order);
    for (size_t slot = 0; slot < table->count; slot++) {
        const struct known_service *service = table->services[slot];
        struct report *kept = service_kept_report(service, now_ms);
        if (kept)
            fetch_slots_put(&fetch->slots, slot, report_reference(kept));
        else if (service_is_paused(service, now_ms))
            skip(fetch, slot);
        else
            put_blank(fetch, slot, service->outcome);
    }
}

/* ---- one request ---- */

static void settle(struct fetch *fetch, struct deadline deadline)
{
    if (deadline.at_ms == fetch->settled_ms)
        return;
    fetch->settled_ms = deadline.at_ms;
    skip_rest(fetch);
    atomic_store(&fetch->station->counts.has_tried, true);
    fetch->collector->settle(fetch->collector->context);
}

static void note_late(struct fetch *fetch, struct answer *answer)
{
    if (answer->is_late)
        return;
    answer->is_late = true;
    count_failure(fetch, ERR_TIMEOUT);
    if (answer->slot == NO_SLOT)
        return;
    service_at(fetch, answer->slot)->duration_seconds =
        (double)http_request_age_ms(fetch->station->request) / 1000;
    put_blank(fetch, answer->slot, ERR_TIMEOUT);
}

/* A request that the server has is left to it, through all deadlines; one that never
 * got there ends with the deadline. */
static bool must_give_up(struct fetch *fetch, struct answer *answer)
{
    const struct http_request *request = fetch->station->request;
    bool is_sent = http_request_is_sent(request);
    int64_t took_ms =
        is_sent ? http_request_served_ms(request) : http_request_age_ms(request);
    struct deadline deadline = deadline_of(fetch);

    fetch->is_stopped = fetch->collector->is_stopped(fetch->collector->context);
    fetch->is_server_lost = took_ms >= fetch->station->times.late_max_ms;
    answer->was_given_up = is_sent && fetch->is_server_lost;
    if (fetch->is_stopped || fetch->is_server_lost)
        return true;
    if (!deadline_has_passed(deadline))
        return false;
    if (!is_sent)
        return true;
    note_late(fetch, answer);
    settle(fetch, deadline);
    return false;
}

static int64_t turn_ms(const struct fetch *fetch)
{
    int64_t left_ms = deadline_left_ms(deadline_of(fetch));

    return left_ms > 0 && left_ms < TURN_MAX_MS ? left_ms : TURN_MAX_MS;
}

static void ask(struct fetch *fetch, struct str path, struct answer *answer)
{
    struct http_request *request = fetch->station->request;
    struct http_counts *counts = &fetch->station->counts;

    http_request_start(request, path, fetch_slots_room_for_bytes(&fetch->slots));
    while (!http_request_step(request, turn_ms(fetch)))
        if (must_give_up(fetch, answer))
            http_request_abort(request);
    answer->outcome = http_request_result(request, &answer->body, &answer->error);
    if (http_request_is_sent(request))
        atomic_fetch_add(&counts->requests, 1);
    atomic_fetch_add(&counts->body_bytes, http_request_body_bytes(request));
}

/* ---- /services ---- */

static void log_left(struct known_service *service)
{
    if (log_outage_ended(&service->outage))
        log_write(LOG_INFO, "service that failed has left", "service", service->name_text,
                  NULL);
}

static enum err take_names(struct fetch *fetch, struct answer *answer)
{
    struct http_station *station = fetch->station;
    struct arena arena = arena_new(NAMES_ARENA_MAX);
    struct str *names = NULL;
    size_t count = 0;
    size_t dropped = 0;
    enum err outcome = http_wire_services(answer->body, &arena, &names, &count, &dropped,
                                          &answer->error);

    if (outcome == ERR_OK)
        fetch->left_out = dropped + service_table_update(&station->table, names, count,
                                                         &station->wants, log_left);
    arena_free(&arena);
    return outcome;
}

static enum err ask_services(struct fetch *fetch, struct error *error)
{
    struct answer answer = {.slot = NO_SLOT};
    struct buf path = buf_new(PATH_BYTES_MAX);

    http_wire_services_path(fetch->station->prefix, &path);
    ask(fetch, buf_str(&path), &answer);
    buf_free(&path);
    if (fetch->is_stopped)
        return error_set(error, ERR_SKIPPED, "stopped");
    if (answer.is_late && deadline_has_passed(deadline_of(fetch)))
        return error_set(error, ERR_TIMEOUT, "/services: no answer in time");
    enum err outcome = answer.outcome;
    if (outcome == ERR_OK)
        outcome = take_names(fetch, &answer);
    if (outcome == ERR_OK)
        return ERR_OK;
    if (!answer.is_late)
        count_failure(fetch, outcome);
    return error_set(error, outcome, "/services: %s", answer.error.text);
}

/* ---- one service ---- */

static void log_service(struct known_service *service, enum err outcome,
                        const struct error *error)
{
    const char *reason = err_reason(outcome);

    if (outcome != ERR_OK) {
        if (log_outage_failed(&service->outage, outcome))
            log_write(LOG_WARN, "service failed", "service", service->name_text, "reason",
                      reason, "error", error->text, NULL);
    } else if (log_outage_ended(&service->outage)) {
        log_write(LOG_INFO, "service answers again", "service", service->name_text, NULL);
    }
}

/* A scraper with a short deadline makes healthy answers late, so that alone proves
 * nothing.  The server says 404 when the D-Bus call timed out, after 25 or 50 s. */
static bool has_hung(const struct fetch *fetch, const struct answer *answer,
                     enum err outcome)
{
    const struct http_station *station = fetch->station;
    int64_t served_ms = http_request_served_ms(station->request);

    return answer->was_given_up ||
           (answer->is_late && served_ms > station->answer_timeout_ms) ||
           (outcome == ERR_NOT_FOUND && served_ms > station->times.hung_ms);
}

static void take_outcome(struct fetch *fetch, struct answer *answer, enum err outcome,
                         struct report *report)
{
    struct known_service *service = service_at(fetch, answer->slot);
    int64_t now_ms = clock_monotonic_ms();

    if (has_hung(fetch, answer, outcome)) {
        outcome = error_set(&answer->error, ERR_TIMEOUT, "no answer in time");
        service_timed_out(service, now_ms);
    } else if (outcome == ERR_OK) {
        service_answered(service, report, now_ms);
    } else {
        service_failed(service, outcome);
    }
    service->was_late = answer->is_late;
    if (outcome != ERR_OK && !answer->is_late)
        count_failure(fetch, outcome);
    log_service(service, outcome, &answer->error);
    if (report)
        report->outcome = outcome;
    else
        report = service_blank_report(service, outcome);
    put_new(fetch, answer->slot, report);
}

static void take_answer(struct fetch *fetch, struct answer *answer)
{
    struct known_service *service = service_at(fetch, answer->slot);
    int64_t took_ms = http_request_age_ms(fetch->station->request);
    struct report *report = NULL;
    enum err outcome = answer->outcome;

    service->duration_seconds = (double)took_ms / 1000;
    if (outcome == ERR_OK)
        outcome =
            http_wire_report(service->name, answer->body,
                             fetch_slots_room_for_values(&fetch->slots, answer->slot),
                             &report, &answer->error);
    if (report) {
        report->duration_seconds = service->duration_seconds;
        report->updated_at = clock_unix_seconds();
        report->response_bytes = answer->body.n;
        service_set_instance(service, report->instance);
    }
    take_outcome(fetch, answer, outcome, report);
}

static void ask_service(struct fetch *fetch, size_t slot)
{
    struct answer answer = {.slot = slot};
    struct buf path = buf_new(PATH_BYTES_MAX);

    http_wire_value_path(fetch->station->prefix, service_at(fetch, slot)->name, &path);
    ask(fetch, buf_str(&path), &answer);
    buf_free(&path);
    if (!fetch->is_stopped)
        take_answer(fetch, &answer);
}

/* ---- all ---- */

static bool may_go_on(struct fetch *fetch)
{
    fetch->is_stopped = fetch->collector->is_stopped(fetch->collector->context);
    return !fetch->is_stopped && !fetch->is_server_lost &&
           !deadline_has_passed(deadline_of(fetch));
}

static enum err run(struct fetch *fetch, struct error *error)
{
    if (!may_go_on(fetch)) {
        count_failure(fetch, ERR_SKIPPED);
        return error_set(error, ERR_SKIPPED, "no time left to ask the station");
    }
    enum err outcome = ask_services(fetch, error);
    if (outcome != ERR_OK)
        return outcome;
    put_known(fetch);
    while (fetch->asked < fetch->order_count && may_go_on(fetch))
        ask_service(fetch, fetch->order[fetch->asked++]);
    if (!fetch->is_stopped)
        skip_rest(fetch);
    return ERR_OK;
}

enum err http_fetch(struct http_station *station, const struct collector *collector,
                    struct error *error)
{
    struct fetch fetch = {
        .station = station,
        .collector = collector,
        .slots.collector = collector,
        .last = deadline_in_ms(station->times.fetch_max_ms),
    };
    enum err outcome = run(&fetch, error);

    atomic_store(&station->counts.has_tried, true);
    return outcome;
}
