/* family_help.c - see family_help.h */
#include "map/family_help.h"

#include "map/enum_table.h"
#include "map/map_rows.h"

#define HELP_MAX ((size_t)64 * 1024)

/* One path of several device types, or with several pointers, is told once. */
static void add_help_path(struct map_family *family, const struct map_row *row,
                          struct str_index *seen, struct arena *arena)
{
    struct str path = row->pattern->text;
    struct str key =
        arena_printf(arena, "%.*s %.*s", STR_ARG(row->metric), STR_ARG(path));

    if (str_index_get(seen, key))
        return;
    str_index_put(seen, key, family);
    if (family->help_path_count < FAMILY_HELP_PATHS_MAX)
        family->help_paths[family->help_path_count] = path;
    family->help_path_count++;
}

static struct str help_text(const struct map_family *family, struct arena *arena)
{
    struct buf help = buf_new(HELP_MAX);
    size_t told = family->help_path_count < FAMILY_HELP_PATHS_MAX
                      ? family->help_path_count
                      : FAMILY_HELP_PATHS_MAX;

    buf_add(&help, family->family.help);
    for (size_t i = 0; i < told; i++)
        buf_printf(&help, "%s%.*s", i ? ", " : " D-Bus ", STR_ARG(family->help_paths[i]));
    if (family->help_path_count > told)
        buf_printf(&help, " and %zu more", family->help_path_count - told);
    buf_add_text(&help, told ? "." : "");
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
    struct arena keys = arena_new(arena->max_bytes);

    for (size_t i = 0; i < row_count; i++) {
        const struct map_row *row = rows[i];
        struct map_family *family =
            row->is_active ? str_index_get(&table->by_name, row->metric) : NULL;
        if (family)
            add_help_path(family, row, &seen, &keys);
    }
    for (size_t i = 0; i < table->count; i++)
        table->families[i]->family.help = help_text(table->families[i], arena);
    bool is_good = !seen.failed && !keys.failed && !arena->failed;
    arena_free(&keys);
    str_index_free(&seen);
    return is_good;
}
