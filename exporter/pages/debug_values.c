/* debug_values.c - the values that made no sample, and what to do about each kind. */
#include "base/decimal.h"
#include "map/metric_map.h"
#include "pages/debug_parts.h"
#include "pages/page_words.h"

/* Told one by one; a station that goes wrong in more places is told so. */
#define LINES_MAX 1000

#define DEVICE_COLUMNS 20
#define WORD_COLUMNS 12

static const struct {
    const char *kind;
    const char *meaning;
} kinds[] = {
    {"unmapped", "The map of metrics has no line for the path. victron_exporter "
                 "--station.unmapped prints one, --map.file takes it "
                 "(docs/missing-value.md)."},
    {"type", "The map's line wants a number where the station says text, or the other "
             "way round."},
    {"malformed", "The map's line wants JSON inside the value, and there is none."},
    {"range", "A counter below 0, or a number beyond all measure."},
    {"limit", "Too long, or too many: over a limit of the exporter."},
    {"clash", "Another device or path has the same series already. Where a whole service "
              "is left out, two devices of one type have one instance: give one of them "
              "another (on the GX: Settings, VRM, VRM device instances)."},
};

#define KIND_COUNT (sizeof kinds / sizeof *kinds)

static void add_value(struct buf *out, const struct apply_note *note)
{
    char number[DECIMAL_TEXT_MAX];

    if (note->is_secret) {
        buf_add_text(out, "(not shown)");
        return;
    }
    switch (note->value.kind) {
    case VALUE_NONE:
        buf_add_text(out, "(no value)");
        break;
    case VALUE_NUMBER:
        buf_add(out, (struct str){number, decimal_print(note->value.number, number)});
        break;
    case VALUE_TEXT:
    case VALUE_JSON:
        page_words_add_printable(out, note->value.text);
        break;
    }
}

static void remember_kind(struct debug_values *values, const char *kind)
{
    for (size_t i = 0; i < values->kind_count; i++)
        if (str_equal(str_from(values->kinds[i]), str_from(kind)))
            return;
    if (values->kind_count < DEBUG_KINDS_MAX)
        values->kinds[values->kind_count++] = kind;
}

void debug_hear_value(void *context, const struct apply_note *note)
{
    struct debug_values *values = context;
    struct buf device = buf_new(values->lines.max);

    remember_kind(values, note->what);
    if (values->count++ >= LINES_MAX)
        return;
    buf_add(&device, note->device);
    buf_add_char(&device, '/');
    buf_add(&device, note->instance);
    buf_printf(&values->lines, "%-*s ", WORD_COLUMNS, note->what);
    debug_add_column(&values->lines, buf_str(&device), DEVICE_COLUMNS);
    buf_add_char(&values->lines, ' ');
    page_words_add_printable(&values->lines, note->path);
    if (str_starts_with(note->path, STR_OF("/"))) { /* else a service as a whole */
        buf_add_text(&values->lines, " = ");
        add_value(&values->lines, note);
    }
    buf_add_char(&values->lines, '\n');
    buf_free(&device);
}

static void explain(struct buf *out, const char *kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (!str_equal(str_from(kinds[i].kind), str_from(kind)))
            continue;
        buf_printf(out, "%-*s ", WORD_COLUMNS, kind);
        debug_add_wrapped(out, WORD_COLUMNS + 1, kinds[i].meaning);
    }
}

void debug_add_values(struct buf *out, const struct debug_values *values)
{
    if (values->count == 0) {
        buf_add_text(out,
                     "\nEvery value that the station gave made its sample, or is left "
                     "out on purpose.\n");
        return;
    }
    buf_printf(out, "\n%zu value%s made no sample:\n", values->count,
               values->count == 1 ? "" : "s");
    buf_add(out, buf_str(&values->lines));
    out->failed |= values->lines.failed;
    if (values->count > LINES_MAX)
        buf_printf(out, "… and %zu more\n", values->count - LINES_MAX);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < values->kind_count; i++)
        explain(out, values->kinds[i]);
}
