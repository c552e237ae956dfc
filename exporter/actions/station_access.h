/* station_access.h - from config to a station, for main and the actions. */
#ifndef ACTIONS_STATION_ACCESS_H
#define ACTIONS_STATION_ACCESS_H

#include "base/err.h"

struct config;
struct snapshot;
struct source;
struct station;
struct want_list;

/* Opens the source that config names.  ERR_USAGE says which flag is wrong. */
enum err source_open_configured(const struct config *config, struct source **out_source,
                                struct error *error) __attribute__((warn_unused_result));

/* One fetch, as long as --scrape.timeout.  The caller closes *out_station and releases
 * *out_snapshot; both are untouched on failure. */
enum err station_ask_once(const struct config *config, const struct want_list *wants,
                          struct station **out_station, struct snapshot **out_snapshot,
                          struct error *error) __attribute__((warn_unused_result));

#endif
