/* metric_map_suggest.c - a first row for a path that the map does not know. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "map/json_text.h"
#include "map/map_device.h"
#include "map/metric_map.h"
#include "map/metric_name.h"
#include "map/name_words.h"
#include "map/path_pattern.h"
#include "model/limits.h"

#define NAME_MAX_BYTES ((size_t)2 * LIMIT_PATH_BYTES + 256)

/* "MaxChargeVoltage" and '_': "max_charge_voltage" */
static void add_words(struct buf *out, struct str text, char separator)
{
    const size_t start = out->n;

    for (struct str word; (word = name_word_cut(&text)).n;) {
        if (out->n > start)
            buf_add_char(out, separator);
        for (size_t i = 0; i < word.n; i++)
            buf_add_char(out, ascii_lower(word.p[i]));
    }
}

/* A name that the loader takes: where the path's own words are refused, "value" is put
 * behind them. */
static void add_metric(struct buf *out, const struct apply_note *note, bool is_info)
{
    enum sample_type type = is_info ? SAMPLE_INFO : SAMPLE_GAUGE;
    const char *suffix = is_info ? "_info" : "";
    struct buf name = buf_new(NAME_MAX_BYTES);

    buf_add_text(&name, "victron_");
    add_words(&name, note->device, '_');
    buf_add_char(&name, '_');
    add_words(&name, note->path, '_');
    size_t length = name.n;
    buf_add_text(&name, suffix);
    if (metric_name_check(buf_str(&name), type, NULL) != ERR_OK) {
        name.n = length;
        buf_printf(&name, "_value%s", suffix);
    }
    json_text_add(out, buf_str(&name));
    buf_free(&name);
}

/* The words of the name: paths that give one name give one sentence, as a family must. */
static void add_help(struct buf *out, const struct apply_note *note)
{
    buf_add_text(out, ",\"help\":\"Value of ");
    add_words(out, note->path, ' ');
    buf_add_text(out, ".\"");
}

static void add_rest(struct buf *out, const struct apply_note *note)
{
    bool is_text = note->value.kind == VALUE_TEXT;

    /* Texts of settings are the owner's, and a structure needs a pointer to its number.
     */
    if (note->value.kind == VALUE_JSON || (is_text && note->is_secret)) {
        buf_add_text(out, "null,\"reason\":\"not a number\"");
        return;
    }
    add_metric(out, note, is_text);
    buf_printf(out, ",\"type\":\"%s\"", is_text ? "info" : "gauge");
    add_help(out, note);
    if (is_text)
        buf_add_text(out, ",\"label\":\"text\"");
}

static bool has_words(struct str text)
{
    return name_word_cut(&text).n > 0;
}

/* No secret, and a path and device type that a row can name. */
static bool can_be_row(const struct apply_note *note)
{
    struct path_pattern pattern;

    return !metric_map_is_secret(note->device, note->path) &&
           map_device_name_is_good(note->device) && has_words(note->device) &&
           has_words(note->path) && utf8_is_valid(note->path) &&
           path_pattern_parse(note->path, &pattern, NULL) == ERR_OK &&
           pattern.capture_count == 0;
}

void metric_map_suggest(const struct apply_note *note, struct buf *out)
{
    if (!can_be_row(note))
        return;
    buf_add_text(out, "{\"device\":");
    json_text_add(out, note->device);
    buf_add_text(out, ",\"path\":");
    json_text_add(out, note->path);
    buf_add_text(out, ",\"metric\":");
    add_rest(out, note);
    buf_add_text(out, "}\n");
}
