/* metric_map_apply.c - a snapshot into samples.
 *
 * Values are stamped on the series of the index in whatever order they come; then the
 * index, which is in page order, is walked once and gives the stamped ones.  So a page
 * does not depend on the order of the values, and nothing is sorted while nothing is new.
 */
#include "base/decimal.h"
#include "map/info_labels.h"
#include "map/metric_map_parts.h"
#include "map/row_value.h"
#include "model/snapshot.h"

/* A page under way. */
struct page {
    struct metric_map *map;
    struct page_index *index;
    struct arena *arena; /* of the page */
    struct apply_counts *counts;
    const struct apply_listener *listener;

    const struct report *report;
    size_t report_number; /* in the snapshot */
    struct page_device *device;

    /* The reading under way. */
    const struct reading *reading;
    struct page_path *path;
    json_t *json;    /* its value, parsed; NULL: not yet, or it is none */
    bool is_parsed;  /* json was tried */
    bool is_refused; /* counted once, however many rows it has */
};

static void tell(const struct page *page, const char *what, const struct reading *reading)
{
    const struct apply_listener *listener = page->listener;

    if (!listener || !listener->note)
        return;
    const struct apply_note note = {
        .what = what,
        .device = page->report->device,
        .instance = page->report->instance,
        .path = reading->path,
        .value = reading->value,
        .is_secret = str_equal(page->report->device, STR_OF("settings")) ||
                     metric_map_is_secret(page->report->device, reading->path),
    };
    listener->note(listener->context, &note);
}

static void refuse(struct page *page, const struct reading *reading, enum refusal refusal)
{
    if (page->is_refused)
        return;
    page->is_refused = true;
    page->counts->refused[refusal]++;
    tell(page, refusal_word(refusal), reading);
}

/* Two paths of one series: the lower path is exported, so that the order in which a
 * transport tells them makes no difference. */
static void settle_clash(struct page *page, struct page_series *series, double number)
{
    bool is_same_report = series->report == page->report_number;
    const struct reading *loser = page->reading;

    if (is_same_report && str_compare(loser->path, series->reading->path) < 0) {
        loser = series->reading;
        series->reading = page->reading;
        series->value = number;
    }
    refuse(page, loser, REFUSAL_CLASH);
}

static void put_number(struct page *page, struct page_series *series, double number)
{
    if (series->page == page->index->page) {
        settle_clash(page, series, number);
        return;
    }
    series->page = page->index->page;
    series->value = number;
    series->reading = page->reading;
    series->report = page->report_number;
}

static void put_text(struct page *page, struct info_item *item, const struct map_row *row,
                     struct str text)
{
    info_item_touch(&page->index->infos, item, page->index->page, page->report_number);
    info_item_put(item, row->label, text, page->reading);
    for (size_t i = 0; i < row->mark_count; i++)
        if (i == 0 || !str_equal(row->marks[i].label, row->marks[i - 1].label))
            info_item_put(item, row->marks[i].label,
                          row_mark_value(row, row->marks[i].label, text), page->reading);
}

static void put_value(struct page *page, const struct map_row *row,
                      const struct page_target *target, const struct value *value)
{
    enum refusal refusal = REFUSAL_LIMIT;
    enum row_outcome outcome;
    double number = 0;
    struct str text = STR("");

    if (target && target->is_secret)
        return;
    if (row->type == SAMPLE_INFO)
        outcome = row_text(row, value, page->arena, &text, &refusal);
    else
        outcome = row_number(row, value, &number, &refusal);
    if (outcome == ROW_GIVEN && target && target->series)
        put_number(page, target->series, number);
    else if (outcome == ROW_GIVEN && target && target->item)
        put_text(page, target->item, row, text);
    else if (outcome != ROW_ABSENT)
        refuse(page, page->reading, refusal);
}

/* ---- values that are themselves JSON ---- */

struct member_context {
    struct page *page;
    struct page_use *use;
};

static void put_member(void *context, const struct json_captures *captures, json_t *json)
{
    struct member_context *member = context;
    struct page *page = member->page;
    struct value value = row_json_value(json);

    /* A label is written when the page ends; the JSON is gone by then. */
    if (value.kind == VALUE_TEXT && member->use->row->type == SAMPLE_INFO)
        value.text = arena_copy(page->arena, value.text);
    put_value(
        page, member->use->row,
        page_use_member(page->index, page->device, page->path, member->use, captures),
        &value);
}

static json_t *parsed(struct page *page)
{
    const struct value *value = &page->reading->value;

    if (!page->is_parsed)
        page->json =
            json_loadb(value->text.p, value->text.n,
                       JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    page->is_parsed = true;
    return page->json;
}

static void put_json(struct page *page, struct page_use *use)
{
    const struct value *value = &page->reading->value;
    struct member_context context = {page, use};

    if (value->kind == VALUE_NONE || (value->kind == VALUE_TEXT && value->text.n == 0))
        return;
    if (value->kind == VALUE_NUMBER)
        refuse(page, page->reading, REFUSAL_TYPE);
    else if (!parsed(page))
        refuse(page, page->reading, REFUSAL_MALFORMED);
    else if (!json_pointer_walk(use->row->json, page->json, put_member, &context))
        refuse(page, page->reading, REFUSAL_LIMIT);
}

/* ---- readings and reports ---- */

static void put_reading(struct page *page)
{
    for (size_t i = 0; i < page->path->use_count; i++) {
        struct page_use *use = &page->path->uses[i];
        if (use->row->json)
            put_json(page, use);
        else
            put_value(page, use->row, &use->target, &page->reading->value);
    }
    json_decref(page->json);
}

static void apply_reading(struct page *page, const struct reading *reading,
                          struct page_path *path)
{
    page->reading = reading;
    page->path = path;
    page->json = NULL;
    page->is_parsed = false;
    page->is_refused = false;
    if (!path) {
        refuse(page, reading, REFUSAL_LIMIT);
        return;
    }
    if (path->standing == PATH_ACTIVE)
        put_reading(page);
    if (path->standing == PATH_UNMAPPED) {
        page->counts->unmapped++;
        tell(page, "unmapped", reading);
    }
}

static void apply_readings(struct page *page)
{
    struct page_path **guess = &page->device->first;

    for (size_t i = 0; i < page->report->reading_count; i++) {
        const struct reading *reading = &page->report->readings[i];
        struct page_path *path = *guess;
        if (!path || !str_equal(path->path, reading->path))
            path = page_index_path(page->index, page->device, reading->path);
        apply_reading(page, reading, path);
        if (!path)
            continue;
        *guess = path;
        guess = &path->next;
    }
}

static void apply_report(struct page *page)
{
    const struct report *report = page->report;

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

static void leave_out(struct page *page)
{
    const struct reading whole = {.path = page->report->service};

    page->is_refused = false;
    refuse(page, &whole, REFUSAL_CLASH);
}

static void apply_snapshot(struct page *page, const struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->report_count; i++) {
        const struct report *report = snapshot->reports[i];
        if (!want_find(&page->map->wants, report->device))
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
        const struct page_series *series = index->series[i];
        if (series->page != page->index->page)
            continue;
        if (series->family != family)
            left = has_limit(series->family) ? LIMIT_INFO_SERIES : SIZE_MAX;
        family = series->family;
        if (left == 0) {
            page->report = snapshot->reports[series->report];
            page->is_refused = false;
            refuse(page, series->reading, REFUSAL_LIMIT);
            continue;
        }
        left--;
        sample_set_add(samples, series->series, series->value);
    }
}

void metric_map_apply(struct metric_map *map, const struct snapshot *snapshot,
                      struct sample_set *samples, struct apply_counts *out_counts,
                      const struct apply_listener *listener)
{
    struct page page = {
        .map = map,
        .index = &map->index,
        .arena = samples->arena,
        .counts = out_counts,
        .listener = listener,
    };
    size_t count_before = samples->count;

    *out_counts = (struct apply_counts){0};
    page_index_begin(page.index);
    apply_snapshot(&page, snapshot);
    info_index_finish(&page.index->infos, &page.index->series, &page.index->arena,
                      page.index->page, lose_info, &page);
    series_index_sort(&page.index->series);
    sample_set_reserve(samples, page.index->series.count);
    emit(&page, snapshot, samples);
    out_counts->samples = samples->count - count_before;
}
