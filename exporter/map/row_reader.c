/* row_reader.c - see row_reader.h */
#include "map/row_reader.h"

#include <string.h>

#include "map/row_draft.h"

static void check_kind(struct row_draft *draft, json_t *json, int kind)
{
    const char *name;
    json_t *value;

    json_object_foreach(json, name, value)
    {
        const struct row_key *key = row_key_find(name);
        bool is_trivial_scale = kind == ROW_INFO && json_number_value(value) == 1;
        if (key && !(key->kinds & kind) && !is_trivial_scale)
            ROW_MISTAKE(draft, "key \"%s\" means nothing in %s row", name,
                        kind == ROW_INFO     ? "an info"
                        : kind == ROW_NUMBER ? "a gauge or counter"
                                             : "an ignored");
    }
}

/* What mistakes are reported under, before anything is known to be right. */
static void add_place(const struct row_reader *reader, json_t *json, size_t number,
                      struct buf *out)
{
    const char *path = json_string_value(json_object_get(json, "path"));
    const char *device = json_string_value(json_object_get(json, "device"));
    const char *pointer = json_string_value(json_object_get(json, "json"));

    if (!path) {
        buf_printf(out, "row %zu", number);
        return;
    }
    if (!device && reader->device.n == 0) {
        buf_add_text(out, path);
        return;
    }
    buf_add(out, device ? str_from(device) : reader->device);
    buf_add_char(out, ' ');
    buf_add_text(out, path);
    if (!pointer)
        return;
    buf_add_text(out, " json ");
    buf_add_text(out, pointer);
}

static bool draft_begin(const struct row_reader *reader, json_t *json, size_t number,
                        struct row_draft *out_draft)
{
    struct map_row *row = arena_alloc(reader->arena, sizeof *row);

    if (!row)
        return false;
    row->file = reader->file;
    row->text = (unsigned)reader->text;
    row->device = reader->device;
    row->level = MAP_STANDARD;
    row->scale = 1;
    *out_draft = (struct row_draft){
        .row = row,
        .place = buf_new(ROW_PLACE_MAX),
        .arena = reader->arena,
        .texts = reader->texts,
        .mistakes = reader->mistakes,
    };
    add_place(reader, json, number, &out_draft->place);
    return true;
}

static struct map_row *draft_end(struct row_draft *draft)
{
    row_check(draft);
    buf_free(&draft->place);
    if (draft->is_bad)
        return NULL;
    if (map_row_is_ignored(draft->row) && draft->row->reason.n == 0)
        draft->row->reason =
            arena_printf(draft->arena, "dropped by %.*s", STR_ARG(draft->row->file));
    map_row_set_hash(draft->row);
    return draft->row;
}

struct map_row *row_reader_read(const struct row_reader *reader, json_t *json,
                                size_t number)
{
    struct row_draft draft;
    const char *name;
    json_t *value;

    if (!draft_begin(reader, json, number, &draft))
        return NULL;
    json_object_foreach(json, name, value)
    {
        const struct row_key *key = row_key_find(name);
        if (key)
            key->read(&draft, name, value);
        else
            ROW_MISTAKE(&draft, "key \"%s\" is unknown", name);
    }
    if (!draft.has_metric)
        ROW_MISTAKE(&draft, "key \"metric\" is missing");
    if (draft.is_dropped)
        check_kind(&draft, json, ROW_IGNORED);
    else if (draft.has_type)
        check_kind(&draft, json, draft.row->type == SAMPLE_INFO ? ROW_INFO : ROW_NUMBER);
    return draft_end(&draft);
}

struct map_row *row_reader_read_ignored(const struct row_reader *reader, json_t *json,
                                        size_t number)
{
    struct row_draft draft;
    const char *name;
    json_t *value;

    if (!draft_begin(reader, json, number, &draft))
        return NULL;
    json_object_foreach(json, name, value)
    {
        bool is_allowed = strcmp(name, "path") == 0 || strcmp(name, "reason") == 0;
        if (is_allowed)
            row_key_find(name)->read(&draft, name, value);
        else
            ROW_MISTAKE(&draft, "key \"%s\" is unknown, allowed are path and reason",
                        name);
    }
    if (draft.row->reason.n == 0 && !draft.is_bad)
        ROW_MISTAKE(&draft, "key \"reason\" is missing");
    return draft_end(&draft);
}
