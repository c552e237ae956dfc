/* landing_troubles.c - what is wrong with the station's devices, the worst first. */
#include "base/arena.h"
#include "base/ascii.h"
#include "model/apply_counts.h"
#include "model/sample.h"
#include "model/snapshot.h"
#include "pages/html.h"
#include "pages/landing_device.h"
#include "pages/landing_parts.h"
#include "pages/main_values.h"

/* So many are told; beyond it only how many there are. */
#define TOLD_MAX 100

#define WORDS_BYTES_MAX ((size_t)1024)

static const struct {
    const char *word;
    enum landing_level level;
} kinds[TROUBLE_END] = {
    [TROUBLE_ALARM] = {"Alarm", LANDING_BAD},
    [TROUBLE_ERROR] = {"Error", LANDING_BAD},
    [TROUBLE_WARNING] = {"Warning", LANDING_WARNING},
};

/* TROUBLE_END: none. */
static enum trouble trouble_of(const struct sample *sample)
{
    const struct family *family = sample->series->family;

    if (sample->value <= 0)
        return TROUBLE_END;
    if (str_equal(family->name, STR_OF("victron_alarm_state")))
        return sample->value >= 2 ? TROUBLE_ALARM : TROUBLE_WARNING;
    const struct main_value *row = main_value_find(family->name, sample->series->device);
    return row && row->is_fault ? TROUBLE_ERROR : TROUBLE_END;
}

void landing_count_troubles(const struct landing *landing, size_t out_counts[TROUBLE_END])
{
    const struct sample_set *samples = landing->samples;

    for (int i = 0; i < TROUBLE_END; i++)
        out_counts[i] = 0;
    for (size_t i = 0; i < samples->count; i++) {
        enum trouble trouble = trouble_of(&samples->samples[i]);
        if (trouble != TROUBLE_END)
            out_counts[trouble]++;
    }
}

struct list {
    const struct sample **samples;
    size_t count;
    size_t told;
};

static struct list list_of(const struct landing *landing, enum trouble trouble)
{
    const struct sample_set *set = landing->samples;
    struct list list = {arena_array(set->arena, set->count, sizeof *list.samples), 0, 0};

    for (size_t i = 0; list.samples && i < set->count; i++)
        if (trouble_of(&set->samples[i]) == trouble)
            list.samples[list.count++] = &set->samples[i];
    return list;
}

/* "HighChargeCurrent" is an alarm's label, "High charge current" what a person reads. */
static void add_words(struct buf *page, struct str label)
{
    struct buf words = buf_new(WORDS_BYTES_MAX);

    for (size_t i = 0; i < label.n; i++) {
        bool begins_word =
            i > 0 && ascii_is_upper(label.p[i]) && !ascii_is_upper(label.p[i - 1]);
        bool is_acronym = i + 1 < label.n && ascii_is_upper(label.p[i + 1]);
        char c = label.p[i];
        if (begins_word)
            buf_add_char(&words, ' ');
        buf_add_char(&words, begins_word && !is_acronym ? ascii_lower(c) : c);
    }
    html_add_escaped(page, words.failed ? label : buf_str(&words));
    buf_free(&words);
}

/* Of ,phase="L1",alarm="Overload"} : "Overload L1". */
static void add_label_words(struct buf *page, struct str labels)
{
    struct str name, value;

    for (struct str rest = labels; landing_device_next_label(&rest, &name, &value);)
        if (str_equal(name, STR_OF("alarm")))
            add_words(page, value);
    for (struct str rest = labels; landing_device_next_label(&rest, &name, &value);) {
        if (str_equal(name, STR_OF("alarm")))
            continue;
        buf_add_char(page, ' ');
        if (!str_equal(name, STR_OF("phase"))) {
            html_add_escaped(page, name);
            buf_add_text(page, NO_BREAK_SPACE);
        }
        html_add_escaped(page, value);
    }
}

static void add_item(struct buf *page, const struct report *report, enum trouble trouble,
                     const struct sample *sample, struct str rest)
{
    buf_printf(page, "<li><b class=\"%s\">%s</b> ",
               landing_level_word(kinds[trouble].level), kinds[trouble].word);
    if (trouble == TROUBLE_ERROR)
        main_value_print(page, SHOWN_WORD, sample->series->family, sample->value);
    else
        add_label_words(page, rest);
    buf_add_text(page, " – ");
    landing_device_add_type(page, report);
    buf_add_char(page, ' ');
    landing_device_add_name(page, report);
    buf_add_text(page, "</li>\n");
}

static void add_of_device(struct buf *page, const struct landing *landing,
                          const struct report *report, enum trouble trouble,
                          struct list *list)
{
    const struct str labels = landing_device_labels(landing, report);
    struct str rest;

    for (size_t i = 0; i < list->count && list->told < TOLD_MAX; i++) {
        if (!landing_device_has(labels, list->samples[i]->series, &rest))
            continue;
        add_item(page, report, trouble, list->samples[i], rest);
        list->told++;
    }
}

static void add_kind(struct buf *page, const struct landing *landing,
                     enum trouble trouble)
{
    const struct snapshot *snapshot = landing->snapshot;
    struct list list = list_of(landing, trouble);

    for (size_t i = 0; i < snapshot->report_count; i++)
        if (landing->counts->is_exported[i])
            add_of_device(page, landing, snapshot->reports[i], trouble, &list);
    if (list.told < list.count)
        buf_printf(page, "<li>And %zu more.</li>\n", list.count - list.told);
}

void landing_add_troubles(struct buf *page, const struct landing *landing)
{
    size_t counts[TROUBLE_END];

    landing_count_troubles(landing, counts);
    if (counts[TROUBLE_ALARM] + counts[TROUBLE_ERROR] + counts[TROUBLE_WARNING] == 0)
        return;
    buf_add_text(page, "<h2>Alarms</h2>\n<ul>\n");
    for (int trouble = 0; trouble < TROUBLE_END; trouble++)
        if (counts[trouble])
            add_kind(page, landing, (enum trouble)trouble);
    buf_add_text(page, "</ul>\n");
}
