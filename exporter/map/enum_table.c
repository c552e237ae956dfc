/* enum_table.c - see enum_table.h */
#include "map/enum_table.h"

#include <inttypes.h>
#include <stdlib.h>

static int compare_entries(const void *left, const void *right)
{
    const struct enum_entry *a = left;
    const struct enum_entry *b = right;

    return (a->number > b->number) - (a->number < b->number);
}

static bool parse_number(struct str text, int64_t *out_number)
{
    uint64_t magnitude;
    bool is_negative = str_starts_with(text, STR_OF("-"));

    if (!str_to_unsigned(is_negative ? str_skip(text, 1) : text, INT64_MAX, &magnitude))
        return false;
    *out_number = is_negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

static enum err parse_entries(json_t *json, struct arena *arena, struct enum_table *table,
                              struct error *error)
{
    const char *key;
    json_t *value;

    json_object_foreach(json, key, value)
    {
        struct enum_entry *entry = &table->entries[table->entry_count];
        if (!parse_number(str_from(key), &entry->number))
            return error_set(error, ERR_USAGE, "enum key \"%s\" is no integer", key);
        if (!json_is_string(value) || json_string_length(value) == 0)
            return error_set(error, ERR_USAGE, "enum value %s has no text", key);
        entry->text = arena_copy(arena, str_from(json_string_value(value)));
        table->entry_count++;
    }
    return ERR_OK;
}

enum err enum_table_parse(json_t *json, struct str name, struct arena *arena,
                          struct enum_table **out_table, struct error *error)
{
    size_t count = json_object_size(json);

    if (count == 0 || count > ENUM_ENTRIES_MAX)
        return error_set(error, ERR_USAGE,
                         "an enum is an object of 1 to %d texts, {\"0\": \"Off\"}",
                         ENUM_ENTRIES_MAX);
    struct enum_table *table = arena_alloc(arena, sizeof *table);
    struct enum_entry *entries = arena_array(arena, count, sizeof *entries);
    if (!table || !entries)
        return error_set(error, ERR_MEMORY, "out of memory");
    table->entries = entries;
    table->name = arena_copy(arena, name);
    if (parse_entries(json, arena, table, error) != ERR_OK)
        return ERR_USAGE;
    qsort(table->entries, table->entry_count, sizeof *table->entries, compare_entries);
    for (size_t i = 1; i < table->entry_count; i++)
        if (table->entries[i].number == table->entries[i - 1].number)
            return error_set(error, ERR_USAGE, "enum key %" PRId64 " stands twice",
                             table->entries[i].number);
    *out_table = table;
    return ERR_OK;
}

bool enum_table_equal(const struct enum_table *a, const struct enum_table *b)
{
    if (a == b || !a || !b)
        return a == b;
    if (a->entry_count != b->entry_count)
        return false;
    for (size_t i = 0; i < a->entry_count; i++)
        if (a->entries[i].number != b->entries[i].number ||
            !str_equal(a->entries[i].text, b->entries[i].text))
            return false;
    return true;
}

void enum_table_describe(const struct enum_table *table, struct buf *out)
{
    for (size_t i = 0; i < table->entry_count; i++)
        buf_printf(out, "%s%" PRId64 "=%.*s", i ? ", " : "", table->entries[i].number,
                   STR_ARG(table->entries[i].text));
}
