/* metric_map_apply.c - a snapshot into samples.
 *
 * Values are stamped on the series of the index in whatever order they come; then the
 * index, which is in page order, is walked once and gives the stamped ones.  So a page
 * does not depend on the order of the values, and nothing is sorted while nothing is new.
 */
#include "map/info_labels.h"
#include "map/metric_map_parts.h"
#include "map/page.h"
#include "model/snapshot.h"

static void apply_readings(struct page *page)
{
    struct page_path **guess = &page->device->first;

    for (size_t i = 0; i < page->report->reading_count; i++) {
        const struct reading *reading = &page->report->readings[i];
        struct page_path *path = *guess;
        if (!path || !str_equal(path->path, reading->path))
            path = page_index_path(page->index, page->device, reading->path);
        page_take_reading(page, reading, path);
        if (!path)
            continue;
        *guess = path;
        guess = &path->next;
    }
}

static void apply_report(struct page *page)
{
    const struct report *report = page->report;

    page->said += report->reading_count;
    page->device = page_index_device(page->index, report->device, report->instance);
    if (!page->device) {
        page->counts->refused[REFUSAL_LIMIT] += report->reading_count;
        return;
    }
    page->counts->is_exported[page->report_number] = true;
    struct info_item *identity = page->device->identity;
    info_item_touch(&page->index->infos, identity, page->index->page,
                    page->report_number);
    info_item_put(identity, STR_OF(DEVICE_INFO_SERVICE), report->service, NULL);
    apply_readings(page);
}

/* One identity belongs to the service that sorts first, also while that one is silent:
 * else two devices would take turns in one series. */
static bool is_second(const struct snapshot *snapshot, size_t i)
{
    const struct report *report = snapshot->reports[i];

    if (i == 0 || report->instance.n == 0)
        return false;
    const struct report *before = snapshot->reports[i - 1];
    return str_equal(before->device, report->device) &&
           str_equal(before->instance, report->instance);
}

bool metric_map_takes(const struct metric_map *map, const struct snapshot *snapshot,
                      size_t report)
{
    return want_find(&map->wants, snapshot->reports[report]->device) &&
           !is_second(snapshot, report);
}

static void leave_out(struct page *page)
{
    const struct reading whole = {.path = page->report->service};

    page->is_refused = false;
    page_refuse(page, &whole, REFUSAL_CLASH);
}

static void apply_snapshot(struct page *page, const struct want_list *wants,
                           const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->report_count; i++) {
        const struct report *report = snapshot->reports[i];
        if (!want_find(wants, report->device))
            continue;
        page->report = report;
        page->report_number = i;
        for (int k = 0; k < REFUSAL_END; k++)
            page->counts->refused[k] += report->refused[k];
        if (report->reading_count == 0)
            continue;
        if (is_second(snapshot, i))
            leave_out(page);
        else
            apply_report(page);
    }
}

/* ---- the page ---- */

static void lose_info(void *context, const struct info_item *item)
{
    struct page *page = context;

    (void)item;
    page->index->failed = true;
    page->counts->refused[REFUSAL_LIMIT]++;
}

/* Devices are bounded already; any other text may make as many series as it likes. */
static bool has_limit(const struct map_family *family)
{
    return family->family.type == SAMPLE_INFO &&
           !str_equal(family->family.name, STR_OF(DEVICE_INFO_METRIC));
}

static void emit(struct page *page, const struct snapshot *snapshot,
                 struct sample_set *samples)
{
    const struct series_index *index = &page->index->series;
    const struct map_family *family = NULL;
    size_t left = SIZE_MAX;

    for (size_t i = 0; i < index->count; i++) {
        struct page_series *series = index->series[i];
        if (series->page != page->index->page)
            continue;
        if (series->family != family)
            left = has_limit(series->family) ? LIMIT_INFO_SERIES : SIZE_MAX;
        family = series->family;
        page->said++;
        if (left == 0) {
            page->report = snapshot->reports[series->report];
            page->is_refused = false;
            page_refuse(page, series->reading, REFUSAL_LIMIT);
            continue;
        }
        left--;
        sample_set_add(samples, &series->series, series->value);
    }
}

void metric_map_apply(struct metric_map *map, const struct snapshot *snapshot,
                      struct sample_set *samples, struct apply_counts *out_counts,
                      const struct apply_listener *listener)
{
    struct page page = {
        .index = &map->index,
        .arena = samples->arena,
        .counts = out_counts,
        .listener = listener,
    };
    size_t count_before = samples->count;

    *out_counts = (struct apply_counts){0};
    page_index_begin(page.index, map->new_max);
    page.index->page++;
    apply_snapshot(&page, &map->wants, snapshot);
    info_index_finish(&page.index->infos, &page.index->series, &page.index->arena,
                      page.index->page, lose_info, &page);
    series_index_sort(&page.index->series);
    sample_set_reserve(samples, page.index->series.count);
    emit(&page, snapshot, samples);
    page_index_end(page.index, page.said);
    out_counts->is_unfinished = !page_index_is_whole(page.index);
    out_counts->samples = samples->count - count_before;
}
