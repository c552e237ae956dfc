/* generation.c - see generation.h */
#include "generation.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/file.h"
#include "config/config.h"
#include "map/metric_map.h"

#define MAP_FILE_MAX ((size_t)4 * 1024 * 1024)
#define SITE_FILE_MAX ((size_t)1024 * 1024)
/* A page whose time is up before its paths were met in turns: some milliseconds more. */
#define NEW_OF_A_PAGE ((size_t)2000)

#define MAP_FILES_ARENA_MAX (CONFIG_LIST_MAX * MAP_FILE_MAX)

static const enum map_level levels[] = {
    [LEVEL_CORE] = MAP_CORE,
    [LEVEL_STANDARD] = MAP_STANDARD,
    [LEVEL_FULL] = MAP_FULL,
};

static enum err note_mistake(struct buf *mistakes, const char *flag,
                             const struct error *error)
{
    buf_printf(mistakes, "%s: %s\n", flag, error->text);
    return error->code;
}

static enum err note_no_memory(struct buf *mistakes)
{
    buf_add_text(mistakes, "no memory for the map and the site file\n");
    return ERR_MEMORY;
}

/* Reads every --map.file, so that all that are missing are told at once. */
static enum err read_map_files(const struct str_list *files, struct arena *arena,
                               struct map_text *out_texts, struct buf *mistakes)
{
    enum err outcome = ERR_OK;

    for (size_t i = 0; i < files->count; i++) {
        struct buf text = buf_new(MAP_FILE_MAX);
        struct error error;
        if (file_read(files->items[i], &text, &error) != ERR_OK)
            outcome = note_mistake(mistakes, "--map.file", &error);
        out_texts[i] =
            (struct map_text){files->items[i], arena_copy(arena, buf_str(&text))};
        buf_free(&text);
    }
    return arena->failed ? ERR_MEMORY : outcome;
}

static enum err load_map(const struct config *config, struct generation *generation,
                         struct buf *mistakes)
{
    struct arena arena = arena_new(MAP_FILES_ARENA_MAX);
    struct map_text added[CONFIG_LIST_MAX];
    enum err outcome = read_map_files(&config->map_files, &arena, added, mistakes);

    if (outcome == ERR_OK) {
        const struct map_options options = {
            .built_in = metric_map_built_in,
            .built_in_count = metric_map_built_in_count,
            .added = added,
            .added_count = config->map_files.count,
            .level = levels[config->map_level],
            .site = config->site,
            .include = config->device_include.items,
            .include_count = config->device_include.count,
            .exclude = config->device_exclude.items,
            .exclude_count = config->device_exclude.count,
            .new_max = NEW_OF_A_PAGE,
        };
        outcome = metric_map_load(&options, &generation->map, mistakes);
    }
    arena_free(&arena);
    return outcome;
}

static enum err load_site_file(const struct config *config, struct generation *generation,
                               struct buf *mistakes)
{
    struct buf text = buf_new(SITE_FILE_MAX);
    struct error error;

    if (config->site_file.n == 0)
        return ERR_OK;
    enum err outcome = file_read(config->site_file, &text, &error);
    if (outcome != ERR_OK)
        outcome = note_mistake(mistakes, "--site.file", &error);
    else
        outcome = site_file_parse(config->site_file, buf_str(&text),
                                  &generation->site_file, mistakes);
    generation->has_site_file = outcome == ERR_OK;
    buf_free(&text);
    return outcome;
}

enum err generation_load(const struct config *config, struct generation **out_generation,
                         struct buf *mistakes)
{
    struct generation *generation = calloc(1, sizeof *generation);

    if (!generation)
        return note_no_memory(mistakes);
    generation->references = 1;
    generation->site = config->site;
    enum err of_map = load_map(config, generation, mistakes);
    enum err of_site = load_site_file(config, generation, mistakes);
    enum err outcome = of_map != ERR_OK ? of_map : of_site;
    if (outcome == ERR_OK) {
        *out_generation = generation;
        return ERR_OK;
    }
    generation_release(generation);
    return outcome == ERR_MEMORY ? note_no_memory(mistakes) : outcome;
}

struct generation *generation_reference(struct generation *generation)
{
    (void)__atomic_fetch_add(&generation->references, 1, __ATOMIC_RELAXED);
    return generation;
}

void generation_release(struct generation *generation)
{
    if (!generation ||
        __atomic_fetch_sub(&generation->references, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    metric_map_free(generation->map);
    if (generation->has_site_file)
        site_file_free(&generation->site_file);
    free(generation);
}
