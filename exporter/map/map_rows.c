/* map_rows.c - see map_rows.h */
#include "map/map_rows.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_FIRST ((size_t)1024)

void map_rows_add(struct map_rows *rows, struct map_row *row)
{
    if (rows->failed || rows->count == MAP_ROWS_MAX) {
        rows->failed = true;
        return;
    }
    if (rows->count == rows->size) {
        size_t size = rows->size ? rows->size * 2 : ROWS_FIRST;
        struct map_row **wider = realloc(rows->rows, size * sizeof(struct map_row *));
        if (!wider) {
            rows->failed = true;
            return;
        }
        rows->rows = wider;
        rows->size = size;
    }
    rows->rows[rows->count++] = row;
}

/* How much of an earlier row a later one means. */
enum closeness { OTHER_PATH, SAME_PATH, SAME_JSON, SAME_ROW };

static enum closeness closeness(const struct map_row *earlier,
                                const struct map_row *later)
{
    if (!earlier || earlier->text >= later->text || !map_row_same_path(earlier, later))
        return OTHER_PATH;
    if (!str_equal(map_row_json(earlier), map_row_json(later)))
        return SAME_PATH;
    return str_equal(earlier->label, later->label) ? SAME_ROW : SAME_JSON;
}

static enum closeness closest(struct map_row *const *rows, size_t count,
                              const struct map_row *later)
{
    enum closeness best = OTHER_PATH;

    for (size_t i = 0; i < count; i++)
        if (closeness(rows[i], later) > best)
            best = closeness(rows[i], later);
    return best;
}

/* What is at least this close is replaced. */
static enum closeness threshold(struct map_row *const *rows, size_t count,
                                const struct map_row *later)
{
    if (map_row_is_ignored(later))
        return later->json ? SAME_JSON : SAME_PATH;
    enum closeness best = closest(rows, count, later);
    return best == OTHER_PATH ? SAME_PATH : best;
}

static bool is_mapped(const struct map_rows *rows, const struct map_row *ignored)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i] && !map_row_is_ignored(rows->rows[i]) &&
            map_row_same_path(rows->rows[i], ignored))
            return true;
    return false;
}

/* One pointer of several was dropped: the path itself is still mapped. */
static void forget_dropped_pointers(struct map_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct map_row *row = rows->rows[i];
        if (row && row->json && map_row_is_ignored(row) && is_mapped(rows, row))
            rows->rows[i] = NULL;
    }
}

static void close_gaps(struct map_rows *rows)
{
    size_t count = 0;

    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i])
            rows->rows[count++] = rows->rows[i];
    rows->count = count;
}

void map_rows_merge(struct map_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct map_row *later = rows->rows[i];
        if (later->text == 0)
            continue;
        enum closeness least = threshold(rows->rows, i, later);
        for (size_t k = 0; k < i; k++)
            if (closeness(rows->rows[k], later) >= least)
                rows->rows[k] = NULL;
    }
    forget_dropped_pointers(rows);
    close_gaps(rows);
}

/* The rank of the text makes the order of equal rows, and so the mistake, predictable. */
static int compare_rows(const void *left, const void *right)
{
    const struct map_row *a = *(struct map_row *const *)left;
    const struct map_row *b = *(struct map_row *const *)right;
    int order = map_row_compare(a, b);

    return order ? order : (a->text > b->text) - (a->text < b->text);
}

void map_rows_sort(struct map_rows *rows, struct map_mistakes *mistakes)
{
    if (rows->count == 0)
        return;
    qsort(rows->rows, rows->count, sizeof(struct map_row *), compare_rows);
    for (size_t i = 1; i < rows->count; i++) {
        const struct map_row *a = rows->rows[i - 1];
        const struct map_row *b = rows->rows[i];
        if (!map_row_same_path(a, b))
            continue;
        if (map_row_is_ignored(a) != map_row_is_ignored(b))
            map_mistakes_add_row(mistakes, b,
                                 "the path is both mapped and left out (%.*s)",
                                 STR_ARG(a->file));
        else if (map_row_compare(a, b) == 0)
            map_mistakes_add_row(mistakes, b, "the row stands twice (%.*s)",
                                 STR_ARG(a->file));
    }
}

static int compare_for_people(const void *left, const void *right)
{
    const struct map_row *a = *(struct map_row *const *)left;
    const struct map_row *b = *(struct map_row *const *)right;
    int order = str_compare(a->device, b->device);

    if (order == 0)
        order = str_compare(a->pattern.text, b->pattern.text);
    return order ? order : map_row_compare(a, b);
}

struct map_row **map_rows_listing(const struct map_rows *rows, struct arena *arena)
{
    struct map_row **listing =
        arena_array(arena, rows->count + 1, sizeof(struct map_row *));

    if (!listing || rows->count == 0)
        return listing;
    memcpy(listing, rows->rows, rows->count * sizeof(struct map_row *));
    qsort(listing, rows->count, sizeof(struct map_row *), compare_for_people);
    return listing;
}

void map_rows_free(struct map_rows *rows)
{
    free(rows->rows);
    *rows = (struct map_rows){0};
}
