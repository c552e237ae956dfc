/* map_actions.c - --map.check and --map.print: the map without a station.
 *
 * The check is the one of all files that a start would read.
 */
#include <stdio.h>

#include "actions/actions.h"
#include "actions/output.h"
#include "base/buf.h"
#include "config/config.h"
#include "generation.h"
#include "map/metric_map.h"
#include "web/watched_files.h"
#include "web/web_settings.h"

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

/* False, and the mistakes are printed, if it would not do. */
static bool is_web_config_good(const struct config *config)
{
    struct buf mistakes = buf_new(OUTPUT_MAX);
    struct web_settings *settings = NULL;
    struct watched_files files;

    if (config->web_config_file.n == 0)
        return true;
    enum err outcome =
        web_settings_load(config->web_config_file, &settings, &files, &mistakes);
    struct str lines = buf_str(outcome == ERR_OK ? &settings->warnings : &mistakes);
    (void)fprintf(stderr, "%.*s", STR_ARG(lines));
    web_settings_release(settings);
    buf_free(&mistakes);
    return outcome == ERR_OK;
}

int action_map_check(const struct config *config)
{
    bool is_good = is_web_config_good(config);
    int code = show_map(config, metric_map_summary);

    return is_good ? code : EXIT_USAGE;
}

int action_map_print(const struct config *config)
{
    return show_map(config, metric_map_print);
}
