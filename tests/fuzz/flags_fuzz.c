/* flags_fuzz.c - a command line, one argument a line, and behind RECORD_END an
 * environment: good values within their bounds, or one line a mistake. */
#include <string.h>

#include "config/config.h"
#include "fuzz.h"

#define WORDS_MAX 32

/* NUL ends a word here as it does in an argument. */
struct words {
    const char *items[WORDS_MAX + 1];
    size_t count;
    struct arena arena;
};

static struct words words_of(struct str lines)
{
    struct words words = {.arena = arena_new(FUZZ_TEXT_MAX)};

    while (lines.n && words.count < WORDS_MAX)
        words.items[words.count++] = arena_copy(&words.arena, str_cut(&lines, '\n')).p;
    return words;
}

static void claim_config(const struct config *config)
{
    CLAIM(config->scrape_timeout_ms > 0 && config->scrape_timeout_offset_ms >= 0);
    CLAIM(config->scrape_min_interval_ms >= 0 && config->mqtt_stale_after_ms > 0);
    CLAIM(config->web_max_requests > 0);
    CLAIM(config->map_files.count <= CONFIG_LIST_MAX);
    CLAIM(config->device_include.count == 0 || config->device_exclude.count == 0);
    CLAIM(config->listen_addresses.count <= CONFIG_LIST_MAX);
    CLAIM(config->telemetry_path.n > 1 && config->telemetry_path.p[0] == '/');
    CLAIM(config->action != ACTION_SERVE || (config->station_url.n && config->site.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = fuzz_input(data, size);
    struct words arguments = words_of(str_cut(&rest, RECORD_END));
    struct words environment = words_of(rest);
    struct buf mistakes = buf_new(FUZZ_TEXT_MAX);
    struct config config;
    enum err outcome = config_load((int)arguments.count, arguments.items,
                                   environment.items, &config, &mistakes);

    if (outcome == ERR_OK) {
        CLAIM(mistakes.n == 0);
        claim_config(&config);
        config_free(&config);
    } else {
        CLAIM(outcome == ERR_USAGE);
        fuzz_claim_lines(buf_str(&mistakes));
    }
    buf_free(&mistakes);
    arena_free(&environment.arena);
    arena_free(&arguments.arena);
    return 0;
}
