/* metric_map_print.c - the effective map as JSON Lines, in a form that can be loaded
 * back. */
#include "map/enum_table.h"
#include "map/family_table.h"
#include "map/json_text.h"
#include "map/metric_map_parts.h"

static const char *const type_words[] = {
    [SAMPLE_GAUGE] = "gauge",
    [SAMPLE_COUNTER] = "counter",
    [SAMPLE_INFO] = "info",
};

static const char *const level_words[] = {
    [MAP_CORE] = "core",
    [MAP_STANDARD] = "standard",
    [MAP_FULL] = "full",
};

static void add_text(struct buf *out, const char *key, struct str text)
{
    json_text_add_key(out, key);
    json_text_add(out, text);
}

/* All of the row's labels but site, device and instance. */
static void add_label_names(struct buf *out, const struct map_row *row)
{
    struct str names[ROW_LABEL_NAMES_MAX];
    size_t count = map_row_label_names(row, names);
    const char *separator = "";

    json_text_add_key(out, "labels");
    buf_add_char(out, '[');
    for (size_t i = 0; i < count; i++, separator = ",") {
        buf_add_text(out, separator);
        json_text_add(out, names[i]);
    }
    if (row->label.n) {
        buf_add_text(out, separator);
        json_text_add(out, row->label);
    }
    for (size_t i = 0; i < row->mark_count; i++) {
        if (i > 0 && str_equal(row->marks[i].label, row->marks[i - 1].label))
            continue;
        buf_add_char(out, ',');
        json_text_add(out, row->marks[i].label);
    }
    buf_add_char(out, ']');
}

static void add_enum(struct buf *out, const struct map_row *row)
{
    const struct enum_table *table = row->enumeration;

    if (!table)
        return;
    if (row->enum_name.n) {
        add_text(out, "enum", row->enum_name);
        return;
    }
    json_text_add_key(out, "enum");
    for (size_t i = 0; i < table->entry_count; i++) {
        buf_printf(out, "%s\"%lld\":", i ? "," : "{",
                   (long long)table->entries[i].number);
        json_text_add(out, table->entries[i].text);
    }
    buf_add_char(out, '}');
}

static void add_fixed_labels(struct buf *out, const struct map_row *row)
{
    if (row->label_count == 0)
        return;
    json_text_add_key(out, "fixed_labels");
    for (size_t i = 0; i < row->label_count; i++) {
        buf_add_char(out, i ? ',' : '{');
        json_text_add(out, row->labels[i].name);
        buf_add_char(out, ':');
        json_text_add(out, row->labels[i].value);
    }
    buf_add_char(out, '}');
}

static void add_binds(struct buf *out, const struct map_row *row)
{
    if (row->bind_count == 0)
        return;
    json_text_add_key(out, "bind");
    for (size_t i = 0; i < row->bind_count; i++) {
        buf_add_char(out, i ? ',' : '{');
        json_text_add(out, row->binds[i].name);
        for (size_t k = 0; k < row->binds[i].value_count; k++) {
            buf_add_text(out, k ? "," : ":[");
            json_text_add(out, row->binds[i].values[k]);
        }
        buf_add_char(out, ']');
    }
    buf_add_char(out, '}');
}

static void add_invalid(struct buf *out, const struct map_row *row)
{
    if (row->invalid_count == 0)
        return;
    json_text_add_key(out, "invalid");
    for (size_t i = 0; i < row->invalid_count; i++) {
        buf_add_char(out, i ? ',' : '[');
        json_text_add_number(out, row->invalid[i]);
    }
    buf_add_char(out, ']');
}

static void add_values(struct buf *out, const struct map_row *row)
{
    if (row->is_decimal_text)
        buf_add_text(out, ",\"values\":\"decimal\"");
    if (row->value_count == 0)
        return;
    json_text_add_key(out, "values");
    for (size_t i = 0; i < row->value_count; i++) {
        buf_add_char(out, i ? ',' : '{');
        json_text_add(out, row->values[i].text);
        buf_add_char(out, ':');
        json_text_add_number(out, row->values[i].number);
    }
    buf_add_char(out, '}');
}

/* Marks of one label stand together. */
static void add_marks(struct buf *out, const struct map_row *row)
{
    if (row->mark_count == 0)
        return;
    json_text_add_key(out, "marks");
    for (size_t i = 0; i < row->mark_count; i++) {
        const struct row_mark *mark = &row->marks[i];
        bool is_same = i > 0 && str_equal(mark->label, mark[-1].label);
        if (!is_same) {
            buf_add_text(out, i ? "}," : "{");
            json_text_add(out, mark->label);
        }
        buf_add_text(out, is_same ? "," : ":{");
        json_text_add(out, mark->part);
        buf_add_char(out, ':');
        json_text_add(out, mark->value);
    }
    buf_add_text(out, "}}");
}

/* What the contract promises stands first, in its order; what only loading back needs
 * follows. */
static void add_metric_row(struct buf *out, const struct map_row *row)
{
    add_text(out, "metric", row->metric);
    add_text(out, "type", str_from(type_words[row->type]));
    add_text(out, "unit", row->unit);
    json_text_add_key(out, "scale");
    json_text_add_number(out, row->scale);
    add_label_names(out, row);
    add_text(out, "level", str_from(level_words[row->level]));
    buf_add_text(out, ",\"ignored\":false");
    add_text(out, "help", row->help);
    add_enum(out, row);
    add_fixed_labels(out, row);
    add_binds(out, row);
    if (row->json)
        add_text(out, "json", row->json->text);
    add_invalid(out, row);
    buf_add_text(out, row->is_absolute ? ",\"absolute\":true" : "");
    add_values(out, row);
    if (row->label.n)
        add_text(out, "label", row->label);
    add_marks(out, row);
    buf_add_text(out, row->is_station ? ",\"scope\":\"station\"" : "");
}

static void add_row(struct buf *out, struct str device, const struct map_row *row)
{
    buf_add_text(out, "{\"device\":");
    json_text_add(out, device);
    add_text(out, "path", row->pattern.text);
    if (map_row_is_ignored(row)) {
        buf_add_text(out, ",\"metric\":null,\"ignored\":true");
        add_text(out, "reason", row->reason);
    } else {
        add_metric_row(out, row);
    }
    buf_add_text(out, str_equal(device, row->device) ? "}\n" : ",\"any\":true}\n");
}

static bool is_in_force(const struct map_row *row, const struct map_device *device)
{
    return device->is_selected && (row->is_active || map_row_is_ignored(row));
}

/* A row for "*" holds for a type that has no row of its own for the path. */
static bool holds_for(const struct map_row *any, const struct map_device *device)
{
    for (size_t i = 0; i < device->path_count; i++)
        if (path_pattern_compare(&any->pattern, &device->paths[i].rows[0]->pattern) == 0)
            return false;
    return !(device->refresh_seconds && map_row_needs_fresh_values(any));
}

static void add_rows_for_any(struct buf *out, const struct metric_map *map,
                             const struct map_device *device)
{
    for (size_t i = 0; i < map->rows.count; i++) {
        const struct map_row *row = map->listing[i];
        bool is_any = str_equal(row->device, STR_OF("*"));
        if (is_any && is_in_force(row, device) && holds_for(row, device))
            add_row(out, device->name, row);
    }
}

void metric_map_print(const struct metric_map *map, struct buf *out)
{
    for (size_t i = 0; i < map->rows.count; i++) {
        const struct map_row *row = map->listing[i];
        if (is_in_force(row, map_devices_find(&map->devices, row->device)))
            add_row(out, row->device, row);
    }
    for (size_t i = 0; i < map->devices.count; i++)
        if (!str_equal(map->devices.devices[i]->name, STR_OF("*")))
            add_rows_for_any(out, map, map->devices.devices[i]);
}
