/* pages.c - the route table. */
#include "pages/pages.h"

#include <assert.h>

#include "config/config.h"
#include "exporter.h"

static void add(struct route *routes, size_t *count, struct route route)
{
    assert(*count < PAGES_MAX);
    routes[(*count)++] = route;
}

size_t pages_routes(struct exporter *exporter, struct route out_routes[PAGES_MAX])
{
    const struct config *config = exporter->config;
    const unsigned read = METHOD_GET | METHOD_HEAD;
    const unsigned at_once = (unsigned)config->web_max_requests;
    size_t count = 0;

    /* config's texts end in NUL: they come from argv, the environment or its arena. */
    add(out_routes, &count,
        (struct route){config->telemetry_path.p, "metrics", read, at_once, metrics_page,
                       exporter});
    add(out_routes, &count,
        (struct route){"/", "landing", read, at_once, landing_page, exporter});
    add(out_routes, &count,
        (struct route){"/-/healthy", "healthy", read, 0, healthy_page, exporter});
    add(out_routes, &count,
        (struct route){"/-/ready", "ready", read, 0, ready_page, exporter});
    add(out_routes, &count,
        (struct route){"/debug/scrape", "debug", read, at_once, debug_page, exporter});
    if (config->web_enable_lifecycle)
        add(out_routes, &count,
            (struct route){RELOAD_PATH, "reload", METHOD_POST | METHOD_PUT, 0,
                           reload_page, exporter});
    return count;
}
