/* sample.c - see sample.h */
#include "model/sample.h"

#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/decimal.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "model/limits.h"

#define SAMPLES_FIRST 256

#define NUMBER_BYTES (DECIMAL_TEXT_MAX + 1) /* with the end of its line */
#define ESCAPED_BYTES ((size_t)2 * LIMIT_LABEL_BYTES)

/* What is cut at LIMIT_LABEL_BYTES was made of fewer bytes than these, however many of
 * them were broken: four become one mark of three. */
#define RAW_BYTES_MAX ((size_t)2 * LIMIT_LABEL_BYTES)
#define REPAIRED_BYTES ((size_t)3 * RAW_BYTES_MAX)

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

void sample_set_add(struct sample_set *set, struct series *series, double value)
{
    sample_set_reserve(set, 1);
    if (set->failed || !series) {
        set->failed = true;
        return;
    }
    set->samples[set->count++] = (struct sample){series, value};
}

/* Nothing to repair, to cut or to escape: so are nearly all. */
static bool is_plain(struct str value)
{
    return value.n <= LIMIT_LABEL_BYTES && ascii_plain_run(value) == value.n;
}

static char *put(char *at, struct str text)
{
    if (text.n)
        memcpy(at, text.p, text.n);
    return at + text.n;
}

static char *put_special(char *at, struct str value, bool *out_failed)
{
    struct buf repaired = buf_new(REPAIRED_BYTES);
    struct buf escaped = buf_new(ESCAPED_BYTES);

    if (value.n > RAW_BYTES_MAX)
        value.n = RAW_BYTES_MAX;
    utf8_repair(value, &repaired);
    escape_quoted(utf8_cut(buf_str(&repaired), LIMIT_LABEL_BYTES), &escaped);
    at = put(at, buf_str(&escaped));
    *out_failed |= repaired.failed || escaped.failed;
    buf_free(&escaped);
    buf_free(&repaired);
    return at;
}

/* A broken byte becomes three, one with a backslash before it two. */
static size_t most_bytes(struct str value)
{
    return value.n > LIMIT_LABEL_BYTES / 2 ? ESCAPED_BYTES : 3 * value.n;
}

static size_t label_room(const struct label *labels, size_t label_count)
{
    size_t room = sizeof "{} ";

    for (size_t i = 0; i < label_count; i++)
        room += sizeof ",=\"\"" + labels[i].name.n + most_bytes(labels[i].value);
    return room;
}

/* Labels and a blank; *out_device is a slice of them. */
static char *put_labels(char *at, const struct label *labels, size_t label_count,
                        struct str *out_device, bool *out_failed)
{
    *out_device = STR_OF("");
    for (size_t i = 0; i < label_count; i++) {
        struct str value = labels[i].value;
        *at++ = i ? ',' : '{';
        at = put(at, labels[i].name);
        at = put(at, STR_OF("=\""));
        const char *start = at;
        at = is_plain(value) ? put(at, value) : put_special(at, value, out_failed);
        if (str_equal(labels[i].name, STR_OF("device")))
            *out_device = (struct str){start, (size_t)(at - start)};
        *at++ = '"';
    }
    return put(at, label_count ? STR_OF("} ") : STR_OF(" "));
}

struct label_text label_text_in(struct arena *arena, const struct label *labels,
                                size_t label_count)
{
    size_t room = label_room(labels, label_count);
    char *start = arena_alloc(arena, room);
    struct label_text result = {.text = STR("")};

    if (!start)
        return result;
    char *end = put_labels(start, labels, label_count, &result.device, &arena->failed);
    result.text = (struct str){start, (size_t)(end - start)};
    arena_trim(arena, room, result.text.n);
    return result;
}

bool series_make(struct arena *arena, const struct family *family,
                 const struct label *labels, size_t label_count,
                 struct series *out_series)
{
    size_t room = family->name.n + label_room(labels, label_count) + NUMBER_BYTES;

    *out_series = (struct series){.family = family, .line = arena_alloc(arena, room)};
    if (!out_series->line)
        return false;
    char *end = put_labels(put(out_series->line, family->name), labels, label_count,
                           &out_series->device, &arena->failed);
    out_series->text = (struct str){out_series->line, (size_t)(end - out_series->line)};
    arena_trim(arena, room, out_series->text.n + NUMBER_BYTES);
    return !arena->failed;
}

struct series *series_in(struct arena *arena, const struct family *family,
                         const struct label *labels, size_t label_count)
{
    struct series *series = arena_alloc(arena, sizeof *series);
    bool is_made = series && series_make(arena, family, labels, label_count, series);

    return is_made ? series : NULL;
}

struct str series_line(struct series *series, double value)
{
    if (series->line_bytes == 0 || series->written != value) {
        char *number = series->line + series->text.n;
        size_t n = decimal_print(value, number);
        number[n] = '\n';
        series->line_bytes = series->text.n + n + 1;
        series->written = value;
    }
    return (struct str){series->line, series->line_bytes};
}

void sample_set_add_labelled(struct sample_set *set, const struct family *family,
                             const struct label *labels, size_t label_count, double value)
{
    if (!set->failed)
        sample_set_add(set, series_in(set->arena, family, labels, label_count), value);
}

void sample_set_add_text(struct sample_set *set, const struct family *family,
                         const struct label_text *labels, double value)
{
    size_t text_bytes = family->name.n + labels->text.n;
    struct series *series = NULL;

    if (!set->failed)
        series = arena_alloc(set->arena, sizeof *series + text_bytes + NUMBER_BYTES);
    if (series) {
        char *line = (char *)(series + 1);
        (void)put(put(line, family->name), labels->text);
        *series = (struct series){
            .family = family,
            .text = {line, text_bytes},
            .device = labels->device,
            .line = line,
        };
    }
    sample_set_add(set, series, value);
}
