/* metric_map_suggest.c - a first row for a path that the map does not know. */
#include "base/utf8.h"
#include "map/json_text.h"
#include "map/metric_map.h"
#include "map/metric_name.h"
#include "map/path_pattern.h"
#include "map/row_reader.h"

#define NAME_MAX_BYTES ((size_t)2 * LIMIT_PATH_BYTES + 256)

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* A new word begins at "aB", and at the last capital of "ABc". */
static bool begins_word(struct str text, size_t i)
{
    if (!is_upper(text.p[i]) || i == 0)
        return false;
    return is_lower_or_digit(text.p[i - 1]) ||
           (i + 1 < text.n && text.p[i + 1] >= 'a' && text.p[i + 1] <= 'z');
}

/* "/Dc/0/MaxChargeVoltage": "dc_0_max_charge_voltage" */
static void add_snake_case(struct buf *out, struct str text)
{
    size_t start = out->n;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool is_letter = is_upper(c) || is_lower_or_digit(c);
        bool has_word = out->n > start && out->p[out->n - 1] != '_';
        if (has_word && (!is_letter || begins_word(text, i)))
            buf_add_char(out, '_');
        if (is_letter)
            buf_add_char(out, is_upper(c) ? (char)(c - 'A' + 'a') : c);
    }
    if (out->n > start && out->p[out->n - 1] == '_')
        out->n--;
}

/* A name that the loader takes: where the path's own words are refused, "value" is put
 * behind them. */
static void add_metric(struct buf *out, const struct apply_note *note, bool is_info)
{
    enum sample_type type = is_info ? SAMPLE_INFO : SAMPLE_GAUGE;
    const char *suffix = is_info ? "_info" : "";
    struct buf name = buf_new(NAME_MAX_BYTES);

    buf_add_text(&name, "victron_");
    add_snake_case(&name, note->device);
    buf_add_char(&name, '_');
    add_snake_case(&name, note->path);
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
    struct buf words = buf_new(NAME_MAX_BYTES);

    add_snake_case(&words, note->path);
    for (size_t i = 0; i < words.n; i++)
        if (words.p[i] == '_')
            words.p[i] = ' ';
    buf_add_text(out, ",\"help\":\"Value of ");
    buf_add(out, buf_str(&words));
    buf_add_text(out, ".\"");
    buf_free(&words);
}

static void add_rest(struct buf *out, const struct apply_note *note)
{
    bool is_text = note->value.kind == VALUE_TEXT;

    /* Texts of settings are the owner's, and a structure needs a pointer to its number. */
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

void metric_map_suggest(const struct apply_note *note, struct buf *out)
{
    struct path_pattern pattern;

    /* What cannot be written as a row is not suggested. */
    if (metric_map_is_secret(note->device, note->path) ||
        !device_name_is_good(note->device) || !utf8_is_valid(note->path) ||
        path_pattern_parse(note->path, &pattern, NULL) != ERR_OK || pattern.capture_count)
        return;
    buf_add_text(out, "{\"device\":");
    json_text_add(out, note->device);
    buf_add_text(out, ",\"path\":");
    json_text_add(out, note->path);
    buf_add_text(out, ",\"metric\":");
    add_rest(out, note);
    buf_add_text(out, "}\n");
}
