/* metric_map_meet.c - new paths and their series, before a page needs them. */
#include "map/metric_map_parts.h"
#include "model/snapshot.h"

/* False when a path is left. */
static bool meet_report(struct page_index *index, const struct report *report)
{
    struct page_device *device =
        page_index_device(index, report->device, report->instance);
    struct page_path **guess = device ? &device->first : NULL;

    for (size_t i = 0; device && i < report->reading_count; i++) {
        struct page_path *path = *guess;
        if (!path || !str_equal(path->path, report->readings[i].path))
            path = page_index_path(index, device, report->readings[i].path);
        if (!path)
            return false;
        *guess = path;
        guess = &path->next;
    }
    return true;
}

bool metric_map_meet(struct metric_map *map, const struct snapshot *snapshot,
                     size_t paths_max)
{
    struct page_index *index = &map->index;
    bool are_all_met = true;

    page_index_begin(index, paths_max);
    for (size_t i = 0; i < snapshot->report_count && are_all_met; i++)
        if (metric_map_takes(map, snapshot, i))
            are_all_met = meet_report(index, snapshot->reports[i]);
    series_index_sort(&index->series);
    return are_all_met || index->failed; /* the page says what has no room */
}
