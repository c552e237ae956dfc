/* page_wait.c - how a page waits for a fetch without holding up anybody. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "config/config.h"
#include "exporter.h"
#include "generation.h"
#include "map/metric_map.h"
#include "pages/pages.h"
#include "station.h"

#define DEADLINE_LEAST_MS 100
#define DEADLINE_MOST_MS (INT64_C(24) * 3600 * 1000)

/* The fetching thread marks at the deadline what did not come; pages wait that long for
 * its mark.  A part of the 100 ms that a page may be late. */
#define SETTLE_MS 30

/* New paths take 5 to 10 us each on a fast processor. */
#define PATHS_OF_A_TURN ((size_t)1000)
#define TURN_PAUSE_MS 1

/* What Prometheus says of its patience, in seconds; a header that is no number is as
 * good as none. */
static int64_t header_timeout_ms(struct str header)
{
    char text[32];
    char *end;

    if (header.n == 0 || header.n >= sizeof text)
        return DEADLINE_MOST_MS;
    for (size_t i = 0; i <= header.n; i++)
        text[i] = i < header.n ? header.p[i] : '\0';
    double seconds = strtod(text, &end);
    if (*end || !(seconds > 0) || seconds * 1000 > (double)DEADLINE_MOST_MS)
        return DEADLINE_MOST_MS;
    return (int64_t)llround(seconds * 1000);
}

struct deadline page_deadline(const struct exporter *exporter, struct request *request)
{
    const struct config *config = exporter->config;
    int64_t ms =
        header_timeout_ms(request_header(request, "X-Prometheus-Scrape-Timeout-Seconds"));

    ms -= config->scrape_timeout_offset_ms;
    if (ms > config->scrape_timeout_ms)
        ms = config->scrape_timeout_ms;
    if (ms < DEADLINE_LEAST_MS)
        ms = DEADLINE_LEAST_MS;
    return (struct deadline){request_started_ms(request) + ms};
}

bool page_has_fetch(struct exporter *exporter, struct request *request,
                    struct deadline deadline)
{
    uint64_t *fetch = request_ticket(request);
    const struct deadline last = {deadline.at_ms + SETTLE_MS};

    if (*fetch == 0)
        *fetch = station_join(exporter->station, deadline);
    if (station_is_settled(exporter->station, *fetch) || deadline_has_passed(last))
        return true;
    request_wait(request, last);
    return false;
}

bool page_is_prepared(struct exporter *exporter, struct request *request,
                      struct generation *generation, const struct snapshot *snapshot)
{
    const struct deadline last = {page_deadline(exporter, request).at_ms + SETTLE_MS};
    int64_t *again_ms = &exporter->meet_again_ms;

    if (metric_map_meet(generation->map, snapshot, 0) || deadline_has_passed(last))
        return true;
    if (clock_monotonic_ms() >= *again_ms) { /* else another page has met some just now */
        if (metric_map_meet(generation->map, snapshot, PATHS_OF_A_TURN))
            return true;
        *again_ms = clock_monotonic_ms() + TURN_PAUSE_MS;
    }
    request_wait(request, (struct deadline){*again_ms});
    return false;
}

struct snapshot *page_snapshot(struct exporter *exporter, struct request *request)
{
    return station_snapshot(exporter->station, *request_ticket(request));
}
