/* series_index.c - see series_index.h */
#include "map/series_index.h"

#include <stdlib.h>
#include <string.h>

#define SERIES_FIRST ((size_t)512)

struct series_index series_index_new(size_t max_series)
{
    return (struct series_index){.by_text = str_index_new(max_series)};
}

static bool make_room(struct series_index *index)
{
    if (index->count < index->size)
        return true;
    size_t size = index->size ? index->size * 2 : SERIES_FIRST;
    struct page_series **wider =
        realloc(index->series, size * sizeof(struct page_series *));
    if (!wider)
        return false;
    index->series = wider;
    index->size = size;
    return true;
}

struct page_series *series_index_get(struct series_index *index, struct arena *arena,
                                     const struct map_family *family,
                                     const struct label *labels, size_t label_count)
{
    struct page_series *made = arena_alloc(arena, sizeof *made);

    if (!made || !series_make(arena, &family->family, labels, label_count, &made->series))
        return NULL;
    struct page_series *found = str_index_get(&index->by_text, made->series.text);
    if (found || !make_room(index))
        return found;
    made->family = family;
    str_index_put(&index->by_text, made->series.text, made);
    if (index->by_text.failed)
        return NULL;
    index->series[index->count++] = made;
    return made;
}

static int compare_series(const void *left, const void *right)
{
    const struct page_series *a = *(struct page_series *const *)left;
    const struct page_series *b = *(struct page_series *const *)right;

    if (a->family != b->family)
        return a->family->order < b->family->order ? -1 : 1;
    return str_compare_natural(a->series.text, b->series.text);
}

/* How many of the first count stand before series. */
static size_t count_before(struct page_series *const *all, size_t count,
                           struct page_series *series)
{
    size_t low = 0;

    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (compare_series(&all[middle], &series) < 0)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

/* Puts count new ones, sorted, into their places among the old ones: few comparisons
 * where they are few. */
static void merge(struct page_series **all, size_t old_count, struct page_series **new,
                  size_t count)
{
    for (; count; count--) {
        struct page_series *last = new[count - 1];
        size_t place = count_before(all, old_count, last);
        memmove(&all[place + count], &all[place], (old_count - place) * sizeof *all);
        all[place + count - 1] = last;
        old_count = place;
    }
}

void series_index_sort(struct series_index *index)
{
    size_t old_count = index->sorted_count;
    size_t count = index->count - old_count;

    if (count == 0)
        return;
    struct page_series **new = malloc(count * sizeof(struct page_series *));
    if (old_count && new) {
        memcpy(new, &index->series[old_count], count * sizeof(struct page_series *));
        qsort(new, count, sizeof(struct page_series *), compare_series);
        merge(index->series, old_count, new, count);
    } else {
        qsort(index->series, index->count, sizeof(struct page_series *), compare_series);
    }
    free(new);
    index->sorted_count = index->count;
}

void series_index_free(struct series_index *index)
{
    str_index_free(&index->by_text);
    free(index->series);
    *index = series_index_new(index->by_text.max);
}
