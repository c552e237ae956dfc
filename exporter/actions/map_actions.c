/* map_actions.c - --map.check and --map.print: the map without a station. */
#include <stdio.h>

#include "actions/actions.h"
#include "actions/output.h"
#include "base/buf.h"
#include "config/config.h"
#include "generation.h"
#include "map/metric_map.h"

#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)

static int show_map(const struct config *config,
                    void (*show)(const struct metric_map *map, struct buf *out))
{
    struct generation *generation = NULL;
    struct buf out = buf_new(OUTPUT_MAX);
    int code = EXIT_USAGE;

    if (generation_load(config, &generation, &out) == ERR_OK) {
        show(generation->map, &out);
        code = output_print(&out);
    } else {
        (void)fprintf(stderr, "%.*s", STR_ARG(buf_str(&out)));
    }
    buf_free(&out);
    generation_release(generation);
    return code;
}

int action_map_check(const struct config *config)
{
    return show_map(config, metric_map_summary);
}

int action_map_print(const struct config *config)
{
    return show_map(config, metric_map_print);
}
