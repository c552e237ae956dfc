/* landing_devices.c - the devices of the landing page with their main values. */
#include <stdlib.h>

#include "model/apply_counts.h"
#include "model/sample.h"
#include "model/snapshot.h"
#include "pages/html.h"
#include "pages/landing_device.h"
#include "pages/landing_parts.h"
#include "pages/main_values.h"
#include "pages/outcome_words.h"
#include "self/self_metrics.h"

/* More values of one device are not told to a person: /metrics has them. */
#define VALUES_MAX 24

struct pick {
    const struct main_value *row;
    const struct sample *sample;
};

struct picks {
    struct pick *picks;
    size_t count;
};

static int compare_picks(const void *a, const void *b)
{
    const struct pick *left = a;
    const struct pick *right = b;

    if (left->row != right->row)
        return left->row < right->row ? -1 : 1;
    return left->sample < right->sample ? -1 : left->sample > right->sample;
}

static struct picks pick_main_values(const struct sample_set *samples)
{
    struct picks picks = {
        arena_array(samples->arena, samples->count, sizeof(struct pick)), 0};
    const struct family *family = NULL;
    const struct main_value *row = NULL;

    for (size_t i = 0; picks.picks && i < samples->count; i++) {
        const struct sample *sample = &samples->samples[i];
        if (sample->series->family != family)
            row = main_value_find(sample->series->family->name, sample->series->device);
        family = sample->series->family;
        if (row && (!row->is_fault || sample->value != 0))
            picks.picks[picks.count++] = (struct pick){row, sample};
    }
    if (picks.count)
        qsort(picks.picks, picks.count, sizeof *picks.picks, compare_picks);
    return picks;
}

/* ,phase="L1",tracker="0"}: "L1 tracker 0".  A phase speaks for itself. */
static void add_rest(struct buf *page, struct str rest)
{
    struct str name, value;
    bool is_first = true;

    while (landing_device_next_label(&rest, &name, &value)) {
        buf_add_text(page, is_first ? "" : " ");
        is_first = false;
        if (!str_equal(name, STR_OF("phase"))) {
            html_add_escaped(page, name);
            buf_add_text(page, NO_BREAK_SPACE);
        }
        html_add_escaped(page, value);
    }
}

/* "Power L1 " before a number, in small letters. */
static void add_labels(struct buf *page, const char *title, struct str rest)
{
    const bool has_labels = rest.p[0] == ',';

    if (*title || has_labels) {
        buf_printf(page, "<small>%s%s", title, *title && has_labels ? " " : "");
        add_rest(page, rest);
        buf_add_text(page, "</small>" NO_BREAK_SPACE);
    }
}

/* Values of one title stand together: "DC 49.66 V · -0.7 A". */
static void add_values(struct buf *page, struct str labels, const struct picks *picks)
{
    struct str title = STR_OF("");
    size_t shown = 0;

    for (size_t i = 0; i < picks->count && shown < VALUES_MAX; i++) {
        const struct main_value *row = picks->picks[i].row;
        const struct sample *sample = picks->picks[i].sample;
        struct str rest;
        if (!landing_device_has(labels, sample->series, &rest))
            continue;
        const bool is_same = str_equal(title, str_from(row->title));
        if (is_same)
            buf_add_text(page, " · ");
        else
            buf_printf(page, "%s<span%s>", shown ? "</span> " : "",
                       row->is_fault ? " class=\"bad\"" : "");
        add_labels(page, is_same ? "" : row->title, rest);
        main_value_print(page, row->shown_as, sample->series->family, sample->value);
        title = str_from(row->title);
        shown++;
    }
    if (shown)
        buf_add_text(page, "</span>");
}

static void add_failure(struct buf *page, enum err outcome)
{
    const char *reason = err_reason(outcome);

    buf_printf(page,
               "<span class=\"bad\"><a href=\"" DOCS_URL
               "troubleshooting.md#%s\">%s</a>: "
               "%s</span>",
               reason, reason, outcome_words_of(outcome)->meaning);
}

static void add_row(struct buf *page, const struct landing *landing,
                    const struct report *report, const struct buf *values)
{
    buf_add_text(page, "<tr><th scope=\"row\">");
    landing_device_add_type(page, report);
    buf_add_text(page, "</th><td class=\"name\">");
    landing_device_add_name(page, report);
    buf_add_text(page, "</td><td class=\"values\">");
    if (report->is_disconnected)
        buf_add_text(page, "<span class=\"warning\">not connected</span> ");
    buf_add(page, buf_str(values));
    page->failed |= values->failed;
    if (report->outcome != ERR_OK)
        add_failure(page, report->outcome);
    buf_add_text(page, "</td><td class=\"age\">");
    if (report->updated_at > 0)
        main_value_print_duration(page, landing->self->unix_seconds - report->updated_at);
    buf_add_text(page, "</td></tr>\n");
}

static void add_to_list(struct buf *list, const struct report *report)
{
    buf_add_text(list, list->n ? ", " : "");
    landing_device_add_type(list, report);
}

/* Devices that need no row of their own. */
struct lists {
    struct buf quiet;   /* nothing to tell but that they are there */
    struct buf skipped; /* one reason for all */
};

static void add_device(struct buf *page, struct lists *lists,
                       const struct landing *landing, size_t index,
                       const struct picks *picks)
{
    const struct report *report = landing->snapshot->reports[index];
    struct buf values = buf_new(page->max);

    if (landing->counts->is_exported[index])
        add_values(&values, landing_device_labels(landing, report), picks);
    if (report->outcome == ERR_SKIPPED && values.n == 0)
        add_to_list(&lists->skipped, report);
    else if (values.n || landing_device_name(report).n || report->outcome != ERR_OK)
        add_row(page, landing, report, &values);
    else
        add_to_list(&lists->quiet, report);
    buf_free(&values);
}

static void add_list(struct buf *page, const char *title, struct buf *list)
{
    if (list->n) {
        buf_printf(page, "<p class=\"dim\">%s: ", title);
        buf_add(page, buf_str(list));
        buf_add_text(page, "</p>\n");
    }
    page->failed |= list->failed;
    buf_free(list);
}

void landing_add_devices(struct buf *page, const struct landing *landing)
{
    struct lists lists = {buf_new(page->max), buf_new(page->max)};

    if (landing->snapshot->report_count == 0)
        return;
    const struct picks picks = pick_main_values(landing->samples);
    buf_add_text(page, "<h2>Devices</h2>\n<table class=\"devices\"><thead><tr>"
                       "<th>Type, instance</th><th>Name</th><th>Main values</th>"
                       "<th>Age</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < landing->snapshot->report_count; i++)
        add_device(page, &lists, landing, i, &picks);
    buf_add_text(page, "</tbody></table>\n");
    add_list(page, "Not asked this time, as they hung before or no time was left",
             &lists.skipped);
    add_list(page, "Also there", &lists.quiet);
}
