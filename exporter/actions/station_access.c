/* station_access.c - see station_access.h */
#include "actions/station_access.h"

#include <time.h>

#include "base/clock.h"
#include "config/config.h"
#include "model/snapshot.h"
#include "self/build.h"
#include "source/source.h"
#include "station.h"

/* How often a source that is not ready yet is asked again. */
#define READY_POLL_NS (10 * 1000 * 1000)

enum err source_open_configured(const struct config *config, struct source **out_source,
                                struct error *error)
{
    const struct source_options options = {
        .url = config->station_url,
        .http = {.username = config->http_username,
                 .password_file = config->http_password_file,
                 .ca_file = config->http_ca_file,
                 .skip_verify = config->http_skip_verify},
        .mqtt = {.username = config->mqtt_username,
                 .password_file = config->mqtt_password_file,
                 .ca_file = config->mqtt_ca_file,
                 .skip_verify = config->mqtt_skip_verify,
                 .skip_hostname_check = config->mqtt_skip_hostname_check},
        .mqtt_portal_id = config->mqtt_portal_id,
        .mqtt_stale_after_ms = config->mqtt_stale_after_ms,
        .answer_timeout_ms = config->scrape_timeout_ms,
        .version = build_version,
    };

    return source_open(&options, out_source, error);
}

/* A source that fills a cache by itself needs a moment before there is anything. */
static void await_readiness(struct station *station, struct deadline deadline)
{
    const struct timespec pause = {0, READY_POLL_NS};

    while (!station_is_ready(station) && !deadline_has_passed(deadline))
        (void)nanosleep(&pause, NULL);
}

enum err station_ask_once(const struct config *config, const struct want_list *wants,
                          struct station **out_station, struct snapshot **out_snapshot,
                          struct error *error)
{
    const struct station_options options = {0};
    struct deadline deadline = deadline_in_ms(config->scrape_timeout_ms);
    struct source *source = NULL;
    struct station *station = NULL;
    enum err outcome = source_open_configured(config, &source, error);

    if (outcome == ERR_OK)
        outcome = station_open(source, &options, &station, error);
    if (outcome != ERR_OK)
        return outcome;
    outcome = station_set_wants(station, wants, error);
    if (outcome != ERR_OK) {
        station_close(station);
        return outcome;
    }
    if (!source_waits(source))
        await_readiness(station, deadline);
    uint64_t fetch = station_join(station, deadline);
    station_wait(station, fetch, deadline);
    struct snapshot *snapshot = station_snapshot(station, fetch);
    if (!snapshot) {
        station_close(station);
        return error_set(error, ERR_MEMORY, "no memory for the page");
    }
    *out_snapshot = snapshot;
    *out_station = station;
    return ERR_OK;
}
