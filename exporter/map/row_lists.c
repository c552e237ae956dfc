/* row_lists.c - keys of a row that hold lists and tables. */
#include "map/row_draft.h"

/* An object or array with 1 to max things; false and a mistake otherwise. */
static bool has_count(struct row_draft *draft, const char *key, size_t count, size_t max)
{
    if (count > 0 && count <= max)
        return true;
    ROW_MISTAKE(draft, "key \"%s\" has %zu entries, allowed are 1 to %zu", key, count,
                max);
    return false;
}

static bool is_object(struct row_draft *draft, const char *key, json_t *value, size_t max)
{
    if (json_is_object(value))
        return has_count(draft, key, json_object_size(value), max);
    row_draft_wrong_type(draft, key, value, "an object");
    return false;
}

static bool is_array(struct row_draft *draft, const char *key, json_t *value, size_t max)
{
    if (json_is_array(value))
        return has_count(draft, key, json_array_size(value), max);
    row_draft_wrong_type(draft, key, value, "an array");
    return false;
}

void row_read_fixed_labels(struct row_draft *draft, const char *key, json_t *value)
{
    const char *name;
    json_t *text;

    if (!is_object(draft, key, value, ROW_LABELS_MAX))
        return;
    struct label *labels =
        arena_array(draft->arena, json_object_size(value), sizeof *labels);
    size_t count = 0;
    json_object_foreach(value, name, text)
    {
        if (!labels || !row_draft_text(draft, key, text, &labels[count].value))
            return;
        labels[count++].name = text_pool_keep(draft->texts, str_from(name));
    }
    draft->row->labels = labels;
    draft->row->label_count = (unsigned short)count;
}

/* An array is what --map.print makes: names only. */
void row_read_labels(struct row_draft *draft, const char *key, json_t *value)
{
    if (json_is_array(value))
        draft->label_names_said = value;
    else
        row_read_fixed_labels(draft, key, value);
}

static bool read_bind_values(struct row_draft *draft, json_t *array,
                             struct row_bind *bind)
{
    json_t *text;
    size_t i;

    if (!is_array(draft, "bind", array, ROW_BIND_VALUES_MAX))
        return false;
    struct str *values =
        arena_array(draft->arena, json_array_size(array), sizeof *values);
    json_array_foreach(array, i, text)
    {
        if (!values || !row_draft_text(draft, "bind", text, &values[i]))
            return false;
    }
    bind->values = values;
    bind->value_count = json_array_size(array);
    return true;
}

void row_read_bind(struct row_draft *draft, const char *key, json_t *value)
{
    const char *name;
    json_t *values;

    if (!is_object(draft, key, value, ROW_BINDS_MAX))
        return;
    struct row_bind *binds =
        arena_array(draft->arena, json_object_size(value), sizeof *binds);
    size_t count = 0;
    json_object_foreach(value, name, values)
    {
        if (!binds || !read_bind_values(draft, values, &binds[count]))
            return;
        binds[count++].name = text_pool_keep(draft->texts, str_from(name));
    }
    draft->row->binds = binds;
    draft->row->bind_count = (unsigned short)count;
}

void row_read_invalid(struct row_draft *draft, const char *key, json_t *value)
{
    json_t *number;
    size_t i;

    if (!is_array(draft, key, value, ROW_INVALIDS_MAX))
        return;
    double *numbers = arena_array(draft->arena, json_array_size(value), sizeof *numbers);
    json_array_foreach(value, i, number)
    {
        if (!json_is_number(number))
            row_draft_wrong_type(draft, key, number, "a list of numbers");
        if (numbers)
            numbers[i] = json_number_value(number);
    }
    draft->row->invalid = numbers;
    draft->row->invalid_count = (unsigned short)(numbers ? json_array_size(value) : 0);
}

void row_read_values(struct row_draft *draft, const char *key, json_t *value)
{
    const char *text;
    json_t *number;

    draft->row->is_decimal_text =
        json_is_string(value) &&
        str_equal(str_from(json_string_value(value)), STR_OF("decimal"));
    if (draft->row->is_decimal_text || !is_object(draft, key, value, ROW_VALUES_MAX))
        return;
    struct text_number *values =
        arena_array(draft->arena, json_object_size(value), sizeof *values);
    size_t count = 0;
    json_object_foreach(value, text, number)
    {
        if (!json_is_number(number))
            row_draft_wrong_type(draft, key, number, "a table of texts and numbers");
        if (values)
            values[count++] = (struct text_number){
                text_pool_keep(draft->texts, str_from(text)), json_number_value(number)};
    }
    draft->row->values = values;
    draft->row->value_count = (unsigned short)count;
}

static bool read_label_marks(struct row_draft *draft, struct str label, json_t *value,
                             struct row_mark *marks)
{
    const char *part;
    json_t *text;

    if (!is_object(draft, "marks", value, (size_t)ROW_MARKS_MAX - draft->row->mark_count))
        return false;
    json_object_foreach(value, part, text)
    {
        struct row_mark *mark = &marks[draft->row->mark_count];
        if (!row_draft_text(draft, "marks", text, &mark->value))
            return false;
        mark->label = label;
        mark->part = text_pool_keep(draft->texts, str_from(part));
        draft->row->mark_count++;
    }
    return true;
}

void row_read_marks(struct row_draft *draft, const char *key, json_t *value)
{
    const char *name;
    json_t *parts;

    if (!is_object(draft, key, value, ROW_LABELS_MAX))
        return;
    struct row_mark *marks = arena_array(draft->arena, ROW_MARKS_MAX, sizeof *marks);
    draft->row->marks = marks;
    json_object_foreach(value, name, parts)
    {
        struct str label = text_pool_keep(draft->texts, str_from(name));
        if (!marks || !read_label_marks(draft, label, parts, marks))
            return;
    }
}
