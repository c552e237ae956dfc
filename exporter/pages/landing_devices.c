/* landing_devices.c - the devices of the landing page with their main values and alarms.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "model/apply_counts.h"
#include "model/sample.h"
#include "model/snapshot.h"
#include "pages/html.h"
#include "pages/landing_parts.h"
#include "pages/main_values.h"

/* More values of one device are not told to a person: /metrics has them. */
#define VALUES_MAX 24

/* A page of alarms is told; beyond it only how many there are. */
#define ALARMS_MAX 100

/* Of a name; the info metric has more of it. */
#define NAME_BYTES_MAX 80

struct pick {
    const struct main_value *row; /* NULL: an alarm */
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

static struct picks pick_alarms(const struct sample_set *samples)
{
    struct picks picks = {
        arena_array(samples->arena, samples->count, sizeof(struct pick)), 0};

    for (size_t i = 0; picks.picks && i < samples->count; i++) {
        const struct sample *sample = &samples->samples[i];
        if (sample->value > 0 &&
            str_equal(sample->series->family->name, STR_OF("victron_alarm_state")))
            picks.picks[picks.count++] = (struct pick){NULL, sample};
    }
    return picks;
}

/* {site="house",device="battery",instance="512" : so begin the labels of a device. */
static struct str labels_of(const struct landing *landing, const struct report *report)
{
    static const struct family nameless;
    const struct label labels[] = {{STR("site"), landing->site},
                                   {STR("device"), report->device},
                                   {STR("instance"), report->instance}};
    const struct series *series =
        series_in(landing->samples->arena, &nameless, labels, 3);

    return series ? (struct str){series->text.p, series->text.n - 2} : STR_OF("");
}

/* True: the series is of that device; *out_rest is what follows in its labels. */
static bool is_of(const struct series *series, struct str labels, struct str *out_rest)
{
    struct str text = str_skip(series->text, series->family->name.n);

    if (labels.n == 0 || text.n <= labels.n || !str_starts_with(text, labels))
        return false;
    *out_rest = str_skip(text, labels.n);
    return out_rest->p[0] == ',' || out_rest->p[0] == '}';
}

static size_t quoted_length(struct str text)
{
    size_t n = 0;

    while (n < text.n && text.p[n] != '"')
        n += text.p[n] == '\\' && n + 1 < text.n ? 2 : 1;
    return n;
}

/* ,phase="L1",tracker="0"}: "L1 tracker 0".  Values that speak for themselves stand
 * without the name. */
static void add_rest(struct buf *page, struct str rest)
{
    while (rest.n && rest.p[0] == ',') {
        rest = str_skip(rest, 1);
        struct str name = str_cut(&rest, '=');
        struct str value = rest.n ? str_skip(rest, 1) : rest;
        value.n = quoted_length(value);
        if (!str_equal(name, STR_OF("phase")) && !str_equal(name, STR_OF("alarm"))) {
            html_add_escaped(page, name);
            buf_add_text(page, NO_BREAK_SPACE);
        }
        html_add_escaped(page, value);
        rest = value.n + 2 <= rest.n ? str_skip(rest, value.n + 2) : STR_OF("");
        buf_add_text(page, rest.n && rest.p[0] == ',' ? " " : "");
    }
}

static struct str text_at(const struct report *report, struct str path)
{
    const struct value *value = report_find(report, path);

    return value && value->kind == VALUE_TEXT ? value->text : STR_OF("");
}

static struct str name_of(const struct report *report)
{
    struct str name = text_at(report, STR_OF("/CustomName"));

    return name.n ? name : text_at(report, STR_OF("/ProductName"));
}

static void add_name(struct buf *page, struct str name)
{
    struct str shown = utf8_cut(name, NAME_BYTES_MAX);

    html_add_escaped(page, shown);
    if (shown.n < name.n)
        buf_add_text(page, "…");
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
        if (!is_of(sample->series, labels, &rest))
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

static bool is_disconnected(const struct report *report)
{
    const struct value *connected = report_find(report, STR_OF("/Connected"));

    return connected && connected->kind == VALUE_NUMBER && connected->number == 0;
}

/* How old the values are, or why there are none. */
static void add_outcome(struct buf *page, const struct report *report, double now)
{
    if (report->outcome != ERR_OK) {
        buf_printf(page, "<td class=\"bad\">failed: %s</td>",
                   err_reason(report->outcome));
    } else if (is_disconnected(report)) {
        buf_add_text(page, "<td class=\"bad\">not connected</td>");
    } else {
        buf_add_text(page, "<td class=\"age\">");
        main_value_print_duration(page, now - report->updated_at);
        buf_add_text(page, "</td>");
    }
}

static void add_type(struct buf *page, const struct report *report)
{
    html_add_escaped(page, report->device);
    buf_add_text(page, " <i>");
    html_add_escaped(page, report->instance);
    buf_add_text(page, "</i>");
}

static void add_row(struct buf *page, const struct landing *landing,
                    const struct report *report, const struct buf *values)
{
    buf_add_text(page, "<tr><th scope=\"row\">");
    add_type(page, report);
    buf_add_text(page, "</th><td class=\"name\">");
    add_name(page, name_of(report));
    buf_add_text(page, "</td><td class=\"values\">");
    buf_add(page, buf_str(values));
    page->failed |= values->failed;
    buf_add_text(page, "</td>");
    add_outcome(page, report, landing->now);
    buf_add_text(page, "</tr>\n");
}

/* A device with nothing to tell but that it is there goes to the others. */
static void add_device(struct buf *page, struct buf *others,
                       const struct landing *landing, size_t index,
                       const struct picks *picks)
{
    const struct report *report = landing->snapshot->reports[index];
    struct buf values = buf_new(page->max);

    if (landing->counts->is_exported[index])
        add_values(&values, labels_of(landing, report), picks);
    if (values.n || name_of(report).n || report->outcome != ERR_OK ||
        is_disconnected(report)) {
        add_row(page, landing, report, &values);
    } else {
        buf_add_text(others, others->n ? ", " : "");
        add_type(others, report);
    }
    buf_free(&values);
}

void landing_add_devices(struct buf *page, const struct landing *landing)
{
    if (landing->snapshot->report_count == 0)
        return;

    const struct picks picks = pick_main_values(landing->samples);
    struct buf others = buf_new(page->max);

    buf_add_text(page, "<h2>Devices</h2>\n<table><thead><tr><th>Type, instance</th>"
                       "<th>Name</th><th>Main values</th><th>Age</th></tr></thead>"
                       "<tbody>\n");
    for (size_t i = 0; i < landing->snapshot->report_count; i++)
        add_device(page, &others, landing, i, &picks);
    buf_add_text(page, "</tbody></table>\n");
    if (others.n) {
        buf_add_text(page, "<p class=\"dim\">Also there: ");
        buf_add(page, buf_str(&others));
        buf_add_text(page, "</p>\n");
    }
    page->failed |= others.failed;
    buf_free(&others);
}

/* Returns how many alarms of this device were told. */
static size_t add_alarms_of(struct buf *page, const struct landing *landing,
                            const struct report *report, const struct picks *picks,
                            size_t room)
{
    const struct str labels = labels_of(landing, report);
    size_t told = 0;

    for (size_t i = 0; i < picks->count && told < room; i++) {
        const struct sample *sample = picks->picks[i].sample;
        struct str rest;
        if (!is_of(sample->series, labels, &rest))
            continue;
        bool is_alarm = sample->value >= 2;
        buf_printf(page, "<li><b class=\"%s\">%s</b> ", is_alarm ? "bad" : "warning",
                   is_alarm ? "Alarm" : "Warning");
        add_rest(page, rest);
        buf_add_text(page, " – ");
        add_type(page, report);
        buf_add_char(page, ' ');
        add_name(page, name_of(report));
        buf_add_text(page, "</li>\n");
        told++;
    }
    return told;
}

void landing_add_alarms(struct buf *page, const struct landing *landing)
{
    const struct picks picks = pick_alarms(landing->samples);
    const struct snapshot *snapshot = landing->snapshot;
    size_t told = 0;

    if (picks.count == 0) {
        if (snapshot_has_values(snapshot))
            buf_add_text(page, "<p class=\"ok\">No alarms.</p>\n");
        return;
    }
    buf_add_text(page, "<h2>Alarms</h2>\n<ul>\n");
    for (size_t i = 0; i < snapshot->report_count; i++)
        if (landing->counts->is_exported[i])
            told += add_alarms_of(page, landing, snapshot->reports[i], &picks,
                                  ALARMS_MAX - told);
    buf_add_text(page, "</ul>\n");
    if (told < picks.count)
        buf_printf(page, "<p>And %zu more.</p>\n", picks.count - told);
}
