/* page.c - see page.h */
#include "map/page.h"

#include "map/row_value.h"

/* Of all values of a page that are themselves JSON: a page is not to take long. */
#define PAGE_JSON_BYTES_MAX ((size_t)8 * LIMIT_JSON_BYTES)

/* What a label shows is cut much earlier; of a longer text no more is looked at. */
#define TEXT_BYTES_MAX ((size_t)4 * LIMIT_LABEL_BYTES)

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

void page_refuse(struct page *page, const struct reading *reading, enum refusal refusal)
{
    if (page->is_refused)
        return;
    page->is_refused = true;
    page->counts->refused[refusal]++;
    tell(page, refusal_word(refusal), reading);
}

/* Two paths of one series: the lower path is exported, so that the order in which a
 * transport tells them makes no difference.  A path that is told twice, as nobody does
 * who means well, has the value that it was told last. */
static void settle_clash(struct page *page, struct page_series *series, double number)
{
    bool is_same_report = series->report == page->report_number;
    const struct reading *loser = page->reading;
    int order = str_compare(loser->path, series->reading->path);
    bool is_told_again = is_same_report && order == 0 && loser != series->reading;

    if (is_told_again || (is_same_report && order < 0)) {
        loser = series->reading;
        series->reading = page->reading;
        series->value = number;
    }
    if (!is_told_again)
        page_refuse(page, loser, REFUSAL_CLASH);
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
    if (text.n > TEXT_BYTES_MAX)
        text.n = TEXT_BYTES_MAX;
    info_item_touch(&page->index->infos, item, page->index->page, page->report_number);
    info_item_put(item, row->label, text, page->reading);
    for (size_t i = 0; i < row->mark_count; i++)
        if (i == 0 || !str_equal(row->marks[i].label, row->marks[i - 1].label))
            info_item_put(item, row->marks[i].label,
                          row_mark_value(row, row->marks[i].label, text), page->reading);
}

/* row_number, which need not work again on what it has just worked on. */
static enum row_outcome made_number(const struct map_row *row, struct page_target *target,
                                    const struct value *value, double *out_number,
                                    enum refusal *out_refusal)
{
    bool is_number = value->kind == VALUE_NUMBER;

    if (is_number && target && target->has_last && target->last_said == value->number) {
        *out_number = target->last_made;
        return ROW_GIVEN;
    }
    enum row_outcome outcome = row_number(row, value, out_number, out_refusal);
    if (outcome == ROW_GIVEN && is_number && target) {
        target->has_last = true;
        target->last_said = value->number;
        target->last_made = *out_number;
    }
    return outcome;
}

static void put_value(struct page *page, const struct map_row *row,
                      struct page_target *target, const struct value *value)
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
        outcome = made_number(row, target, value, &number, &refusal);
    if (outcome == ROW_GIVEN && target && target->series)
        put_number(page, target->series, number);
    else if (outcome == ROW_GIVEN && target && target->item)
        put_text(page, target->item, row, text);
    else if (outcome != ROW_ABSENT)
        page_refuse(page, page->reading, refusal);
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

static bool has_room(const struct page *page)
{
    size_t n = page->reading->value.text.n;

    return page->is_parsed ||
           (n <= LIMIT_JSON_BYTES && n <= PAGE_JSON_BYTES_MAX - page->json_bytes);
}

static json_t *parsed(struct page *page)
{
    const struct value *value = &page->reading->value;

    if (page->is_parsed)
        return page->json;
    page->json_bytes += value->text.n;
    page->json =
        json_loadb(value->text.p, value->text.n,
                   JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    page->is_parsed = true;
    return page->json;
}

/* REFUSAL_END: it was walked through. */
static enum refusal walk_json(struct page *page, struct page_use *use)
{
    struct member_context context = {page, use};

    if (page->reading->value.kind == VALUE_NUMBER)
        return REFUSAL_TYPE;
    if (!has_room(page))
        return REFUSAL_LIMIT;
    if (!parsed(page))
        return REFUSAL_MALFORMED;
    bool was_whole = json_pointer_walk(use->row->json, page->json, put_member, &context);
    return was_whole ? REFUSAL_END : REFUSAL_LIMIT;
}

static void put_json(struct page *page, struct page_use *use)
{
    const struct value *value = &page->reading->value;

    if (value->kind == VALUE_NONE || (value->kind == VALUE_TEXT && value->text.n == 0))
        return;
    enum refusal refusal = walk_json(page, use);
    if (refusal != REFUSAL_END)
        page_refuse(page, page->reading, refusal);
}

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

void page_take_reading(struct page *page, const struct reading *reading,
                       struct page_path *path)
{
    page->reading = reading;
    page->path = path;
    page->json = NULL;
    page->is_parsed = false;
    page->is_refused = false;
    if (!path) {
        page_refuse(page, reading, REFUSAL_LIMIT);
        return;
    }
    if (path->standing == PATH_ACTIVE)
        put_reading(page);
    if (path->standing == PATH_UNMAPPED) {
        page->counts->unmapped++;
        tell(page, "unmapped", reading);
    }
}
