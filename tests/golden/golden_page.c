/* golden_page.c - a recorded station to its page, through the real wire code and map.
 *
 *   golden_page STATION/http text|openmetrics LEVEL
 *
 * No sockets and no clock: the same bytes in give the same bytes out.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "map/metric_map.h"
#include "model/snapshot.h"
#include "render/renderer.h"
#include "source/http_wire.h"

#define ARENA_MAX ((size_t)64 * 1024 * 1024)
#define TEXT_MAX ((size_t)64 * 1024 * 1024)

static const char *const level_words[] = {"core", "standard", "full"};

static void give_up(const char *what, const char *why)
{
    (void)fprintf(stderr, "golden_page: %s: %s\n", what, why);
    exit(2);
}

static enum map_level parse_level(const char *word)
{
    for (size_t i = 0; i < sizeof level_words / sizeof *level_words; i++)
        if (strcmp(word, level_words[i]) == 0)
            return (enum map_level)i;
    give_up(word, "levels are core, standard, full");
    return MAP_CORE;
}

static void add_service(struct snapshot *snapshot, struct str service, struct str body)
{
    struct report *report = NULL;
    struct error error;

    if (http_wire_report(service, body, LIMIT_VALUES, &report, &error) != ERR_OK)
        give_up("service", error.text);
    snapshot_add(snapshot, report);
    report_release(report);
}

static void add_file(struct snapshot *snapshot, struct arena *arena, const char *folder,
                     const char *name)
{
    struct buf body = buf_new(TEXT_MAX);
    struct error error;
    struct str path = arena_printf(arena, "%s/%s", folder, name);
    struct str service = str_from(name);

    if (file_read(path, &body, &error) != ERR_OK)
        give_up(name, error.text);
    service.n -= strlen(".json");
    add_service(snapshot, service, buf_str(&body));
    buf_free(&body);
}

static struct snapshot *read_station(struct arena *arena, const char *folder)
{
    struct snapshot *snapshot = snapshot_new();
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);

    if (count < 0 || !snapshot)
        give_up(folder, "cannot be read");
    for (int i = 0; i < count; i++) {
        struct str name = str_from(entries[i]->d_name);
        if (str_starts_with(name, STR_OF("com.victronenergy.")) &&
            str_ends_with(name, STR_OF(".json")))
            add_file(snapshot, arena, folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    snapshot_sort(snapshot);
    return snapshot;
}

static struct metric_map *load_map(enum map_level level)
{
    const struct map_options options = {
        .built_in = metric_map_built_in,
        .built_in_count = metric_map_built_in_count,
        .level = level,
        .site = STR_OF("golden"),
    };
    struct buf mistakes = buf_new(TEXT_MAX);
    struct metric_map *map = NULL;

    if (metric_map_load(&options, &map, &mistakes) != ERR_OK) {
        buf_add_char(&mistakes, '\0');
        give_up("map", mistakes.p);
    }
    buf_free(&mistakes);
    return map;
}

static const struct renderer *parse_format(const char *word)
{
    return renderer_for(strcmp(word, "openmetrics") == 0
                            ? STR_OF("application/openmetrics-text;version=1.0.0")
                            : STR_OF(""));
}

int main(int argc, char **argv)
{
    const struct page_filter all = {0};
    struct arena arena = arena_new(ARENA_MAX);
    struct sample_set samples = sample_set_in(&arena);
    struct apply_counts counts = {0};
    struct buf page = buf_new(TEXT_MAX);

    if (argc != 4)
        give_up("usage", "golden_page FOLDER text|openmetrics core|standard|full");
    struct metric_map *map = load_map(parse_level(argv[3]));
    struct snapshot *snapshot = read_station(&arena, argv[1]);
    metric_map_apply(map, snapshot, &samples, &counts, NULL);
    const struct renderer *renderer = parse_format(argv[2]);
    renderer->render(&samples, &all, &page);
    buf_add_text(&page, renderer->end);
    (void)fwrite(page.p, 1, page.n, stdout);
    (void)fprintf(stderr, "unmapped %zu\n", counts.unmapped);
    for (int i = 0; i < REFUSAL_END; i++)
        (void)fprintf(stderr, "%s %zu\n", refusal_word((enum refusal)i),
                      counts.refused[i]);
    buf_free(&page);
    snapshot_release(snapshot);
    metric_map_free(map);
    arena_free(&arena);
    return 0;
}
