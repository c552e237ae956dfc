/* pages.h - what is served, and under which path; a file each. */
#ifndef PAGES_PAGES_H
#define PAGES_PAGES_H

#include <stddef.h>

#include "server/server.h"

struct exporter;
struct generation;
struct snapshot;

#define PAGES_MAX 8 /* routes */
#define RELOAD_PATH "/-/reload"

/* Fills routes for server_open; returns how many.  The first has --web.telemetry-path as
 * its path, for which option_check.c refuses those of the others.  exporter must outlive
 * the server. */
size_t pages_routes(struct exporter *exporter, struct route out_routes[PAGES_MAX]);

/* ---- a route each; context is the struct exporter ---- */
void metrics_page(void *context, struct request *request);
void landing_page(void *context, struct request *request);
void healthy_page(void *context, struct request *request);
void ready_page(void *context, struct request *request);
void reload_page(void *context, struct request *request);
void debug_page(void *context, struct request *request);

/* ---- what pages that scrape have in common ---- */

/* Until when this request's page must be on its way: the smaller of --scrape.timeout and
 * what the scraper says, from the moment the request was read. */
struct deadline page_deadline(const struct exporter *exporter, struct request *request);

/* Joins a fetch at the first run of a route.  True: page_snapshot can be asked now;
 * false: the request waits and its route runs again. */
bool page_has_fetch(struct exporter *exporter, struct request *request,
                    struct deadline deadline);

/* True: the page of that snapshot can be made without keeping others waiting, or its time
 * is up; false: the request waits and its route runs again.  Between two fetches a
 * station may have tens of thousands of new paths, which the map meets in turns. */
bool page_is_prepared(struct exporter *exporter, struct request *request,
                      struct generation *generation, const struct snapshot *snapshot);

/* What the joined fetch has by now; a reference for the caller, NULL without memory. */
struct snapshot *page_snapshot(struct exporter *exporter, struct request *request);

#endif
