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

/* What is needed until all are written.  Copied, not printed: a tenth of the start. */
struct scratch {
    struct buf text;
    struct arena arena;
    struct str_index seen; /* "metric path" */
};

/* One path of several device types, or with several pointers, is told once. */
static void add_path(struct help_paths *paths, const struct map_row *row,
                     struct scratch *scratch)
{
    struct str path = row->pattern.text;

    buf_clear(&scratch->text);
    buf_add(&scratch->text, row->metric);
    buf_add_char(&scratch->text, ' ');
    buf_add(&scratch->text, path);
    if (str_index_get(&scratch->seen, buf_str(&scratch->text)))
        return;
    str_index_put(&scratch->seen, arena_copy(&scratch->arena, buf_str(&scratch->text)),
                  paths);
    if (paths->count < TOLD_MAX)
        paths->paths[paths->count] = path;
    paths->count++;
}

static struct str help_text(const struct map_family *family,
                            const struct help_paths *paths, struct buf *help,
                            struct arena *arena)
{
    size_t told = paths->count < TOLD_MAX ? paths->count : TOLD_MAX;

    buf_clear(help);
    buf_add(help, family->family.help);
    for (size_t i = 0; i < told; i++) {
        buf_add(help, i ? STR_OF(", ") : STR_OF(" D-Bus "));
        buf_add(help, paths->paths[i]);
    }
    if (paths->count > told)
        buf_printf(help, " and %zu more", paths->count - told);
    buf_add_char(help, '.');
    if (family->first && family->first->enumeration) {
        buf_add_char(help, ' ');
        enum_table_describe(family->first->enumeration, help);
    }
    return arena_copy(arena, buf_str(help));
}

bool family_help_write(struct family_table *table, struct arena *arena,
                       struct map_row *const *rows, size_t row_count)
{
    struct scratch scratch = {
        .text = buf_new(HELP_MAX),
        .arena = arena_new(arena->max_bytes),
        .seen = str_index_new(MAP_ROWS_MAX),
    };
    struct help_paths *paths = arena_array(&scratch.arena, table->count, sizeof *paths);

    for (size_t i = 0; i < row_count && paths; i++)
        if (rows[i]->is_active)
            add_path(&paths[rows[i]->family->order], rows[i], &scratch);
    for (size_t i = 0; i < table->count && paths; i++)
        if (paths[i].count)
            table->families[i]->family.help =
                help_text(table->families[i], &paths[i], &scratch.text, arena);
    bool is_good = !scratch.seen.failed && !scratch.arena.failed && !arena->failed;
    buf_free(&scratch.text);
    arena_free(&scratch.arena);
    str_index_free(&scratch.seen);
    return is_good;
}
