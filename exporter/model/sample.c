/* sample.c - see sample.h */
#include "model/sample.h"

#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "model/limits.h"

#define SAMPLES_FIRST 256

/* A name, and a dozen labels that are all escapes. */
#define SERIES_TEXT_MAX ((size_t)16 * 1024)

struct sample_set sample_set_in(struct arena *arena)
{
    return (struct sample_set){.arena = arena};
}

void sample_set_reserve(struct sample_set *set, size_t count)
{
    if (set->failed || count <= set->size - set->count)
        return;
    size_t size = set->size ? set->size : SAMPLES_FIRST;
    while (size - set->count < count)
        size *= 2;
    struct sample *samples = arena_array(set->arena, size, sizeof *samples);
    if (!samples) {
        set->failed = true;
        return;
    }
    if (set->count)
        memcpy(samples, set->samples, set->count * sizeof *samples);
    set->samples = samples;
    set->size = size;
}

void sample_set_add(struct sample_set *set, const struct series *series, double value)
{
    sample_set_reserve(set, 1);
    if (set->failed || !series) {
        set->failed = true;
        return;
    }
    set->samples[set->count++] = (struct sample){series, value};
}

static void add_label(struct buf *text, struct label label, struct buf *repaired)
{
    struct str value = label.value;

    if (!utf8_is_valid(value)) {
        buf_clear(repaired);
        utf8_repair(value, repaired);
        value = buf_str(repaired);
    }
    buf_add(text, label.name);
    buf_add_text(text, "=\"");
    escape_quoted(utf8_cut(value, LIMIT_LABEL_BYTES), text);
    buf_add_char(text, '"');
}

static struct str series_text(struct arena *arena, struct str name,
                              const struct label *labels, size_t label_count)
{
    struct buf text = buf_new(SERIES_TEXT_MAX);
    struct buf repaired = buf_new(3 * (size_t)LIMIT_ANSWER_BYTES);

    buf_add(&text, name);
    for (size_t i = 0; i < label_count; i++) {
        buf_add_char(&text, i ? ',' : '{');
        add_label(&text, labels[i], &repaired);
    }
    buf_add_text(&text, label_count ? "} " : " ");
    struct str result = arena_copy(arena, buf_str(&text));
    arena->failed |= text.failed || repaired.failed;
    buf_free(&repaired);
    buf_free(&text);
    return result;
}

const struct series *series_in(struct arena *arena, const struct family *family,
                               const struct label *labels, size_t label_count)
{
    struct series *series = arena_alloc(arena, sizeof *series);

    if (!series)
        return NULL;
    series->family = family;
    series->text = series_text(arena, family->name, labels, label_count);
    for (size_t i = 0; i < label_count; i++)
        if (str_equal(labels[i].name, STR_OF("device")))
            series->device = arena_copy(arena, labels[i].value);
    return arena->failed ? NULL : series;
}

void sample_set_add_labelled(struct sample_set *set, const struct family *family,
                             const struct label *labels, size_t label_count, double value)
{
    if (!set->failed)
        sample_set_add(set, series_in(set->arena, family, labels, label_count), value);
}
