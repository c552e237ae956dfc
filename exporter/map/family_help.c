/* family_help.c - see family_help.h */
#include "map/family_help.h"

#include "map/enum_table.h"
#include "map/map_rows.h"

#define HELP_MAX ((size_t)64 * 1024)

/* The most that HELP lists before "and N more". */
#define TOLD_MAX 3

/* Where the values of one metric come from. */
struct help_paths {
    struct str paths[TOLD_MAX];
    size_t count; /* may be more than are told */
};

/* One path of several device types, or with several pointers, is told once. */
static void add_path(struct help_paths *paths, const struct map_row *row,
                     struct str_index *seen, struct arena *arena)
{
    struct str path = row->pattern.text;
    struct str key =
        arena_printf(arena, "%.*s %.*s", STR_ARG(row->metric), STR_ARG(path));

    if (str_index_get(seen, key))
        return;
    str_index_put(seen, key, paths);
    if (paths->count < TOLD_MAX)
        paths->paths[paths->count] = path;
    paths->count++;
}

static struct str help_text(const struct map_family *family,
                            const struct help_paths *paths, struct arena *arena)
{
    struct buf help = buf_new(HELP_MAX);
    size_t told = paths->count < TOLD_MAX ? paths->count : TOLD_MAX;

    buf_add(&help, family->family.help);
    for (size_t i = 0; i < told; i++)
        buf_printf(&help, "%s%.*s", i ? ", " : " D-Bus ", STR_ARG(paths->paths[i]));
    if (paths->count > told)
        buf_printf(&help, " and %zu more", paths->count - told);
    buf_add_char(&help, '.');
    if (family->first && family->first->enumeration) {
        buf_add_char(&help, ' ');
        enum_table_describe(family->first->enumeration, &help);
    }
    struct str text = arena_copy(arena, buf_str(&help));
    buf_free(&help);
    return text;
}

bool family_help_write(struct family_table *table, struct arena *arena,
                       struct map_row *const *rows, size_t row_count)
{
    struct str_index seen = str_index_new(MAP_ROWS_MAX);
    struct arena scratch = arena_new(arena->max_bytes);
    struct help_paths *paths = arena_array(&scratch, table->count, sizeof *paths);

    for (size_t i = 0; i < row_count && paths; i++)
        if (rows[i]->is_active)
            add_path(&paths[rows[i]->family->order], rows[i], &seen, &scratch);
    for (size_t i = 0; i < table->count && paths; i++)
        if (paths[i].count)
            table->families[i]->family.help =
                help_text(table->families[i], &paths[i], arena);
    bool is_good = !seen.failed && !scratch.failed && !arena->failed;
    arena_free(&scratch);
    str_index_free(&seen);
    return is_good;
}
