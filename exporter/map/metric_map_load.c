/* metric_map_load.c - texts into a map, in steps that each tell all their mistakes. */
#include <stdlib.h>

#include "map/family_help.h"
#include "map/map_intake.h"
#include "map/map_selection.h"
#include "map/metric_map_parts.h"

/* Rows, families and texts of MAP_ROWS_MAX rows. */
#define MAP_ARENA_MAX ((size_t)128 * 1024 * 1024)

static void take_texts(const struct map_options *options, struct map_intake *intake)
{
    for (size_t i = 0; i < options->built_in_count; i++)
        map_intake_add(intake, &options->built_in[i], 0);
    for (size_t i = 0; i < options->added_count; i++)
        map_intake_add(intake, &options->added[i], i + 1);
    if (intake->rows.failed && intake->rows.count == MAP_ROWS_MAX)
        map_mistakes_add(&intake->mistakes, STR_OF("--map.file"), STR_OF(""),
                         "the map has more than %d rows", MAP_ROWS_MAX);
}

/* False without memory: everything else is told as mistakes. */
static bool assemble(const struct map_options *options, struct map_intake *intake,
                     struct metric_map *map)
{
    struct arena *arena = &map->arena;
    struct map_rows *rows = &intake->rows;

    if (arena->failed || (rows->failed && rows->count < MAP_ROWS_MAX))
        return false;
    map_rows_merge(rows);
    map_intake_resolve_enums(intake);
    bool is_good = family_table_build(&map->families, arena, rows, &intake->mistakes);
    map_rows_sort(rows, &intake->mistakes);
    is_good = is_good && map_devices_fill(&map->devices, arena, rows->rows, rows->count);
    map_selection_make(options, &map->devices, rows, &intake->mistakes);
    map->listing = map_rows_listing(rows, arena);
    return is_good && map->listing &&
           family_help_write(&map->families, arena, map->listing, rows->count) &&
           map_selection_wants(options, &map->devices, rows, arena, &map->wants);
}

static enum err load(const struct map_options *options, struct metric_map *map,
                     struct buf *mistakes)
{
    struct map_intake *intake = calloc(1, sizeof *intake);
    struct text_pool texts = text_pool_new(&map->arena);

    if (!intake)
        return ERR_MEMORY;
    intake->arena = &map->arena;
    intake->texts = &texts;
    intake->devices = &map->devices;
    intake->mistakes.out = mistakes;
    take_texts(options, intake);
    bool is_good = assemble(options, intake, map) && !map->arena.failed;
    map_mistakes_end(&intake->mistakes);
    bool has_mistakes = intake->mistakes.count > 0;
    map->rows = intake->rows;
    family_table_end(&map->families);
    text_pool_free(&texts);
    free(intake);
    if (!is_good)
        return ERR_MEMORY;
    return has_mistakes ? ERR_USAGE : ERR_OK;
}

enum err metric_map_load(const struct map_options *options, struct metric_map **out_map,
                         struct buf *mistakes)
{
    struct metric_map *map = calloc(1, sizeof *map);

    if (!map)
        return ERR_MEMORY;
    map->arena = arena_new(MAP_ARENA_MAX);
    map->site = arena_copy(&map->arena, options->site);
    map->level = options->level;
    map->new_max = options->new_max ? options->new_max : SIZE_MAX;
    map->text_count = options->built_in_count + options->added_count;
    enum err outcome = load(options, map, mistakes);
    if (outcome != ERR_OK) {
        metric_map_free(map);
        return outcome;
    }
    const struct page_index_map index_map = {map->site, &map->devices, &map->families};
    map->index = page_index_new(&index_map);
    *out_map = map;
    return ERR_OK;
}

const struct want_list *metric_map_wants(const struct metric_map *map)
{
    return &map->wants;
}

void metric_map_free(struct metric_map *map)
{
    if (!map)
        return;
    page_index_free(&map->index);
    map_rows_free(&map->rows);
    arena_free(&map->arena);
    free(map);
}
