/* exposition.c - Prometheus text 0.0.4 and OpenMetrics 1.0.0.
 *
 * Sample lines are the same bytes in both; only the metadata before a family, which is
 * what a dialect says, and the end of the page differ.
 */
#include "render/exposition.h"

#include "base/escape.h"
#include "model/sample.h"

struct dialect {
    struct str type_words[SAMPLE_INFO + 1];
    /* OpenMetrics calls a counter foo_total's family foo, an info foo_info's foo. */
    bool family_drops_suffix;
    bool has_unit;
    void (*escape_help)(struct str help, struct buf *out);
};

static const struct dialect text_dialect = {
    .type_words = {[SAMPLE_GAUGE] = STR("gauge"),
                   [SAMPLE_COUNTER] = STR("counter"),
                   [SAMPLE_INFO] = STR("gauge")},
    .escape_help = escape_lines,
};

static const struct dialect openmetrics_dialect = {
    .type_words = {[SAMPLE_GAUGE] = STR("gauge"),
                   [SAMPLE_COUNTER] = STR("counter"),
                   [SAMPLE_INFO] = STR("info")},
    .family_drops_suffix = true,
    .has_unit = true,
    .escape_help = escape_quoted,
};

static const char openmetrics_end[] = "# EOF\n";

static const struct str suffixes[SAMPLE_INFO + 1] = {
    [SAMPLE_GAUGE] = STR(""),
    [SAMPLE_COUNTER] = STR("_total"),
    [SAMPLE_INFO] = STR("_info"),
};

static struct str without_suffix(const struct family *family)
{
    struct str name = family->name;
    struct str suffix = suffixes[family->type];

    if (str_ends_with(name, suffix))
        name.n -= suffix.n;
    return name;
}

static bool is_listed(struct str word, const struct str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(list[i], word))
            return true;
    return false;
}

static bool wants_family(const struct page_filter *filter, const struct family *family)
{
    return filter->name_count == 0 ||
           is_listed(family->name, filter->names, filter->name_count) ||
           is_listed(without_suffix(family), filter->names, filter->name_count);
}

static bool wants_series(const struct page_filter *filter, const struct series *series)
{
    return filter->device_count == 0 ||
           is_listed(series->device, filter->devices, filter->device_count);
}

static void add_line(struct buf *out, struct str keyword, struct str name,
                     struct str text)
{
    buf_add(out, keyword);
    buf_add(out, name);
    buf_add_char(out, ' ');
    buf_add(out, text);
    buf_add_char(out, '\n');
}

static void add_metadata(struct buf *out, const struct family *family,
                         const struct dialect *dialect)
{
    struct str name =
        dialect->family_drops_suffix ? without_suffix(family) : family->name;

    add_line(out, STR_OF("# TYPE "), name, dialect->type_words[family->type]);
    if (dialect->has_unit && family->unit.n)
        add_line(out, STR_OF("# UNIT "), name, family->unit);
    buf_add(out, STR_OF("# HELP "));
    buf_add(out, name);
    buf_add_char(out, ' ');
    dialect->escape_help(family->help, out);
    buf_add_char(out, '\n');
}

static void render(const struct sample_set *samples, const struct page_filter *filter,
                   const struct dialect *dialect, struct buf *out)
{
    const struct family *family = NULL;
    bool is_wanted = false;
    bool is_announced = false;

    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->samples[i];
        if (sample->series->family != family) {
            family = sample->series->family;
            is_wanted = wants_family(filter, family);
            is_announced = false;
        }
        if (!is_wanted || !wants_series(filter, sample->series))
            continue;
        if (!is_announced)
            add_metadata(out, family, dialect);
        is_announced = true;
        buf_add(out, series_line(sample->series, sample->value));
    }
}

static void render_text(const struct sample_set *samples,
                        const struct page_filter *filter, struct buf *out)
{
    render(samples, filter, &text_dialect, out);
}

static void render_openmetrics(const struct sample_set *samples,
                               const struct page_filter *filter, struct buf *out)
{
    render(samples, filter, &openmetrics_dialect, out);
}

const struct renderer text_renderer = {
    .content_type = "text/plain; version=0.0.4; charset=utf-8",
    .end = "",
    .render = render_text,
};

const struct renderer openmetrics_renderer = {
    .content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8",
    .end = openmetrics_end,
    .render = render_openmetrics,
};

const struct renderer openmetrics_draft_renderer = {
    .content_type = "application/openmetrics-text; version=0.0.1; charset=utf-8",
    .end = openmetrics_end,
    .render = render_openmetrics,
};
