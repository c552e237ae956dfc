/* service_table.c - see service_table.h */
#include "source/service_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "model/report.h"
#include "model/want.h"

#define FIRST_PAUSE_MS ((int64_t)60 * 1000)
#define LONGEST_PAUSE_MS ((int64_t)60 * 60 * 1000)

/* ---- one service ---- */

static struct known_service *service_new(struct str name)
{
    struct known_service *service = calloc(1, sizeof *service);

    if (!service || name.n >= sizeof service->name_text) {
        free(service);
        return NULL;
    }
    memcpy(service->name_text, name.p, name.n);
    service->name = (struct str){service->name_text, name.n};
    service->device = http_wire_device(service->name);
    service->outcome = ERR_SKIPPED;
    return service;
}

static void drop_kept(struct known_service *service)
{
    report_release(service->kept);
    service->kept = NULL;
}

static void service_free(struct known_service *service)
{
    if (!service)
        return;
    drop_kept(service);
    free(service);
}

struct report *service_kept_report(const struct known_service *service, int64_t now_ms)
{
    return service->kept && now_ms < service->kept_until_ms ? service->kept : NULL;
}

bool service_is_paused(const struct known_service *service, int64_t now_ms)
{
    return now_ms < service->next_ask_ms;
}

struct report *service_blank_report(const struct known_service *service, enum err outcome)
{
    struct report *report = report_new(service->name, service->device, 0);

    if (!report)
        return NULL;
    report_set_instance(report, service->instance);
    report->outcome = outcome;
    report->duration_seconds = service->duration_seconds;
    return report;
}

void service_set_instance(struct known_service *service, struct str instance)
{
    struct str fitting = utf8_cut(instance, sizeof service->instance_text);

    memcpy(service->instance_text, fitting.p, fitting.n);
    service->instance = (struct str){service->instance_text, fitting.n};
}

void service_answered(struct known_service *service, struct report *report,
                      int64_t now_ms)
{
    service->outcome = ERR_OK;
    service->timeouts = 0;
    service->next_ask_ms = 0;
    drop_kept(service);
    if (service->refresh_ms == 0)
        return;
    service->kept = report_reference(report);
    service->kept_until_ms = now_ms + service->refresh_ms;
}

void service_failed(struct known_service *service, enum err outcome)
{
    service->outcome = outcome;
    drop_kept(service);
}

void service_timed_out(struct known_service *service, int64_t now_ms)
{
    int64_t pause_ms = FIRST_PAUSE_MS;

    for (unsigned i = 0; i < service->timeouts && pause_ms < LONGEST_PAUSE_MS; i++)
        pause_ms *= 2;
    if (pause_ms > LONGEST_PAUSE_MS)
        pause_ms = LONGEST_PAUSE_MS;
    service_failed(service, ERR_TIMEOUT);
    service->timeouts++;
    service->next_ask_ms = now_ms + pause_ms;
}

/* ---- all of them ---- */

static int compare_services(const void *left, const void *right)
{
    const struct known_service *a = *(struct known_service *const *)left;
    const struct known_service *b = *(struct known_service *const *)right;

    if (a->importance != b->importance)
        return a->importance < b->importance ? -1 : 1;
    return str_compare(a->name, b->name);
}

static int compare_names(const void *left, const void *right)
{
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

static const struct want *want_of(struct str name, const struct want_list *wants)
{
    return want_find(wants, http_wire_device(name));
}

static bool is_known(const struct service_table *table, struct str name)
{
    for (size_t i = 0; i < table->count; i++)
        if (str_equal(table->services[i]->name, name))
            return true;
    return false;
}

static void take_want(struct known_service *service, const struct want *want)
{
    service->importance = want->importance;
    service->refresh_ms = want->refresh_ms;
}

/* Keeps those that are still there and wanted; the wants may be new. */
static void forget_missing(struct service_table *table, const struct str *names,
                           size_t count, const struct want_list *wants,
                           void (*left)(struct known_service *service))
{
    size_t kept = 0;

    for (size_t i = 0; i < table->count; i++) {
        struct known_service *service = table->services[i];
        bool is_there =
            bsearch(&service->name, names, count, sizeof *names, compare_names) != NULL;
        const struct want *want = is_there ? want_of(service->name, wants) : NULL;
        if (!want) {
            left(service);
            service_free(service);
            continue;
        }
        take_want(service, want);
        table->services[kept++] = service;
    }
    table->count = kept;
    qsort(table->services, kept, sizeof(struct known_service *), compare_services);
}

/* Puts service, which may be NULL, into its place.  False if it, or a less important
 * one that had to go for it, was left out. */
static bool insert(struct service_table *table, struct known_service *service)
{
    size_t at = table->count;

    if (!service)
        return false;
    while (at && compare_services(&service, &table->services[at - 1]) < 0)
        at--;
    if (at == LIMIT_SERVICES) {
        service_free(service);
        return false;
    }
    bool is_full = table->count == LIMIT_SERVICES;
    if (is_full)
        service_free(table->services[--table->count]);
    memmove(&table->services[at + 1], &table->services[at],
            (table->count - at) * sizeof(struct known_service *));
    table->services[at] = service;
    table->count++;
    return !is_full;
}

size_t service_table_update(struct service_table *table, const struct str *names,
                            size_t count, const struct want_list *wants,
                            void (*left)(struct known_service *service))
{
    size_t left_out = 0;

    forget_missing(table, names, count, wants, left);
    for (size_t i = 0; i < count; i++) {
        const struct want *want = want_of(names[i], wants);
        if (!want || is_known(table, names[i]))
            continue;
        struct known_service *service = service_new(names[i]);
        if (service)
            take_want(service, want);
        left_out += !insert(table, service);
    }
    return left_out;
}

size_t service_table_order(const struct service_table *table, int64_t now_ms,
                           size_t out_slots[LIMIT_SERVICES])
{
    size_t count = 0;

    for (int is_last = 0; is_last < 2; is_last++) {
        for (size_t i = 0; i < table->count; i++) {
            const struct known_service *service = table->services[i];
            bool is_due = !service_kept_report(service, now_ms) &&
                          !service_is_paused(service, now_ms);
            if (is_due && (service->was_late || service->timeouts > 0) == is_last)
                out_slots[count++] = i;
        }
    }
    return count;
}

void service_table_free(struct service_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        service_free(table->services[i]);
    *table = (struct service_table){0};
}
