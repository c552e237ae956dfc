/* family_table.c - see family_table.h */
#include "map/family_table.h"

#include <stdlib.h>

#include "map/info_labels.h"
#include "map/metric_name.h"

static int compare_names(const void *left, const void *right)
{
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

/* The same names, whatever their order, and the same of site, device and instance. */
static bool labels_agree(const struct map_row *a, const struct map_row *b)
{
    struct str names_a[ROW_LABEL_NAMES_MAX];
    struct str names_b[ROW_LABEL_NAMES_MAX];
    size_t count = map_row_label_names(a, names_a);

    if (map_row_label_names(b, names_b) != count || a->is_station != b->is_station)
        return false;
    qsort(names_a, count, sizeof *names_a, compare_names);
    qsort(names_b, count, sizeof *names_b, compare_names);
    for (size_t i = 0; i < count; i++)
        if (!str_equal(names_a[i], names_b[i]))
            return false;
    return true;
}

/* What is different, in a word; NULL if nothing is. */
static const char *disagreement(const struct map_row *row, const struct map_row *first)
{
    if (row->type != first->type)
        return "type";
    if (!str_equal(row->help, first->help))
        return "help";
    if (!enum_table_equal(row->enumeration, first->enumeration))
        return "enum";
    if (!str_equal(row->metric, STR_OF(ALARM_METRIC)) && !labels_agree(row, first))
        return "labels";
    return NULL;
}

static void check_agreement(const struct map_row *row, const struct map_family *family,
                            struct map_mistakes *mistakes)
{
    const char *word = disagreement(row, family->first);
    struct buf place = buf_new(ROW_PLACE_MAX);

    if (!word)
        return;
    map_row_place(family->first, &place);
    map_mistakes_add_row(
        mistakes, row,
        "%s of metric %.*s differs from that of %.*s (%.*s); all its rows "
        "must agree",
        word, STR_ARG(row->metric), STR_ARG(buf_str(&place)),
        STR_ARG(family->first->file));
    buf_free(&place);
}

static void add_info_label(struct map_family *family, struct str label,
                           const struct map_row *row, struct map_mistakes *mistakes)
{
    for (size_t i = 0; i < family->info_label_count; i++)
        if (str_equal(family->info_labels[i], label))
            return;
    if (family->info_label_count < FAMILY_INFO_LABELS_MAX)
        family->info_labels[family->info_label_count++] = label;
    else
        map_mistakes_add_row(mistakes, row, "metric %.*s has more than %d labels",
                             STR_ARG(row->metric), FAMILY_INFO_LABELS_MAX);
}

static void add_info_labels(struct map_family *family, const struct map_row *row,
                            struct map_mistakes *mistakes)
{
    if (!family->info_labels || info_labels_of(row->metric))
        return;
    add_info_label(family, row->label, row, mistakes);
    for (size_t i = 0; i < row->mark_count; i++)
        add_info_label(family, row->marks[i].label, row, mistakes);
    qsort(family->info_labels, family->info_label_count, sizeof *family->info_labels,
          compare_names);
}

static bool reserve_info_labels(struct map_family *family, struct arena *arena)
{
    const struct info_labels *promised = info_labels_of(family->family.name);

    family->info_labels =
        arena_array(arena, FAMILY_INFO_LABELS_MAX, sizeof *family->info_labels);
    if (!family->info_labels)
        return false;
    for (size_t i = 0; promised && i < promised->label_count; i++)
        family->info_labels[family->info_label_count++] = promised->labels[i];
    return true;
}

/* The families share the room of the rows: no more of them than rows, and our own. */
static struct map_family *add_family(struct family_table *table, struct arena *arena,
                                     const struct family *family)
{
    struct map_family *added = arena_alloc(arena, sizeof *added);

    if (!added)
        return NULL;
    added->family = *family;
    if (family->type == SAMPLE_INFO && !reserve_info_labels(added, arena))
        return NULL;
    table->families[table->count++] = added;
    str_index_put(&table->by_name, family->name, added);
    return added;
}

static void check_base(struct family_table *table, struct map_family *family,
                       struct map_mistakes *mistakes)
{
    const struct map_row *row = family->first;
    struct str base = metric_name_base(family->family.name, family->family.type);
    const struct map_family *other = str_index_get(&table->by_base, base);

    if (other)
        map_mistakes_add_row(
            mistakes, row, "metric %.*s clashes with %.*s: OpenMetrics calls both %.*s",
            STR_ARG(row->metric), STR_ARG(other->family.name), STR_ARG(base));
    else
        str_index_put(&table->by_base, base, family);
}

static bool add_row(struct family_table *table, struct arena *arena, struct map_row *row,
                    struct map_mistakes *mistakes)
{
    struct map_family *family = str_index_get(&table->by_name, row->metric);

    if (!family) {
        const struct family made = {row->metric, row->help, row->unit, row->type};
        family = add_family(table, arena, &made);
        if (!family)
            return false;
        family->first = row;
        check_base(table, family, mistakes);
    }
    row->family = family;
    if (family->first)
        check_agreement(row, family, mistakes);
    if (row->type == SAMPLE_INFO)
        add_info_labels(family, row, mistakes);
    return true;
}

static int compare_families(const void *left, const void *right)
{
    const struct map_family *a = *(struct map_family *const *)left;
    const struct map_family *b = *(struct map_family *const *)right;

    return str_compare(a->family.name, b->family.name);
}

/* It stands on the page even where no row gives it a label. */
static bool add_device_info(struct family_table *table, struct arena *arena)
{
    static const struct family device_info = {
        STR(DEVICE_INFO_METRIC), STR("A device, its names and versions as labels."),
        STR(""), SAMPLE_INFO};

    return str_index_get(&table->by_name, device_info.name) ||
           add_family(table, arena, &device_info);
}

bool family_table_build(struct family_table *table, struct arena *arena,
                        const struct map_rows *rows, struct map_mistakes *mistakes)
{
    bool is_good = true;

    table->by_name = str_index_new(MAP_ROWS_MAX + 1);
    table->by_base = str_index_new(MAP_ROWS_MAX + 1);
    table->families = arena_array(arena, rows->count + 1, sizeof(struct map_family *));
    if (!table->families)
        return false;
    for (size_t i = 0; i < rows->count && is_good; i++)
        if (!map_row_is_ignored(rows->rows[i]))
            is_good = add_row(table, arena, rows->rows[i], mistakes);
    is_good = is_good && add_device_info(table, arena);
    qsort(table->families, table->count, sizeof(struct map_family *), compare_families);
    for (size_t i = 0; i < table->count; i++)
        table->families[i]->order = i;
    return is_good && !table->by_name.failed && !table->by_base.failed;
}

static int compare_with_name(const void *wanted, const void *element)
{
    const struct str *name = wanted;
    const struct map_family *family = *(struct map_family *const *)element;

    return str_compare(*name, family->family.name);
}

const struct map_family *family_table_find(const struct family_table *table,
                                           struct str name)
{
    struct map_family *const *found =
        bsearch(&name, table->families, table->count, sizeof(struct map_family *),
                compare_with_name);

    return found ? *found : NULL;
}

void family_table_end(struct family_table *table)
{
    str_index_free(&table->by_name);
    str_index_free(&table->by_base);
}
