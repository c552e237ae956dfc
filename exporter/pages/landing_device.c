/* landing_device.c - see landing_device.h */
#include "pages/landing_device.h"

#include "base/utf8.h"
#include "model/sample.h"
#include "model/snapshot.h"
#include "pages/html.h"
#include "pages/landing_parts.h"

/* Of a name; the info metric has more of it. */
#define NAME_BYTES_MAX 80

#define BUS_NAME_PREFIX STR_OF("com.victronenergy.")

struct str landing_device_labels(const struct landing *landing,
                                 const struct report *report)
{
    static const struct family nameless;
    const struct label labels[] = {{STR("site"), landing->site},
                                   {STR("device"), report->device},
                                   {STR("instance"), report->instance}};
    const struct series *series =
        series_in(landing->samples->arena, &nameless, labels, 3);

    return series ? (struct str){series->text.p, series->text.n - 2} : STR_OF("");
}

bool landing_device_has(struct str labels, const struct series *series,
                        struct str *out_rest)
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

bool landing_device_next_label(struct str *rest, struct str *out_name,
                               struct str *out_value)
{
    if (rest->n == 0 || rest->p[0] != ',')
        return false;
    *rest = str_skip(*rest, 1);
    *out_name = str_cut(rest, '=');
    *out_value = rest->n ? str_skip(*rest, 1) : *rest;
    out_value->n = quoted_length(*out_value);
    *rest = out_value->n + 2 <= rest->n ? str_skip(*rest, out_value->n + 2) : STR_OF("");
    return true;
}

/* com.victronenergy.vebus.ttyS4: "ttyS4". */
static struct str bus_name_end(const struct report *report)
{
    struct str rest = report->service;

    if (!str_starts_with(rest, BUS_NAME_PREFIX))
        return STR_OF("");
    rest = str_skip(rest, BUS_NAME_PREFIX.n);
    (void)str_cut(&rest, '.');
    return rest;
}

void landing_device_add_type(struct buf *page, const struct report *report)
{
    const struct str instance =
        report->instance.n ? report->instance : bus_name_end(report);

    html_add_escaped(page, report->device);
    if (instance.n) {
        buf_add_text(page, " <i>");
        html_add_isolated(page, instance);
        buf_add_text(page, "</i>");
    }
}

static struct str text_at(const struct report *report, struct str path)
{
    const struct value *value = report_find(report, path);

    return value && value->kind == VALUE_TEXT ? value->text : STR_OF("");
}

struct str landing_device_name(const struct report *report)
{
    struct str name = text_at(report, STR_OF("/CustomName"));

    if (name.n == 0)
        name = text_at(report, STR_OF("/ProductName"));
    return name.n ? name : text_at(report, STR_OF("/Device/Model"));
}

void landing_device_add_name(struct buf *page, const struct report *report)
{
    struct str name = landing_device_name(report);
    struct str shown = utf8_cut(name, NAME_BYTES_MAX);

    if (name.n)
        html_add_isolated(page, shown);
    if (shown.n < name.n)
        buf_add_text(page, "…");
}
