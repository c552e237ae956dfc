/* site_reader.c - see site_reader.h */
#include "config/site_reader.h"

#include <math.h>

#include "base/decimal.h"
#include "base/err.h"
#include "config/mistake.h"

#define LABEL_BYTES_MAX 256

/* What a mistake shows of a value: numbers and texts, of the rest only its kind. */
static struct str show(struct site_reader *reader, const json_t *value)
{
    char digits[DECIMAL_TEXT_MAX];
    struct str number;

    switch (json_typeof(value)) {
    case JSON_STRING:
        return arena_printf(reader->arena, "\"%.*s\"",
                            STR_ARG(mistake_value(str_from(json_string_value(value)))));
    case JSON_INTEGER:
    case JSON_REAL:
        number = (struct str){digits, decimal_print(json_number_value(value), digits)};
        return arena_copy(reader->arena, number);
    case JSON_OBJECT:
        return STR_OF("{...}");
    case JSON_ARRAY:
        return STR_OF("[...]");
    case JSON_TRUE:
        return STR_OF("true");
    case JSON_FALSE:
        return STR_OF("false");
    case JSON_NULL:
        break;
    }
    return STR_OF("null");
}

void site_reader_refuse(struct site_reader *reader, struct str place, struct str name,
                        const json_t *value, const char *reason)
{
    struct str shown = value ? show(reader, value) : STR_OF("");

    mistake_add(reader->mistakes, "%.*s: %.*s%s%.*s%s%.*s: %s",
                STR_ARG(reader->file_name), STR_ARG(place), place.n ? ": " : "",
                STR_ARG(mistake_value(name)), shown.n ? " " : "", STR_ARG(shown), reason);
}

void site_reader_refuse_unknown(struct site_reader *reader, struct str place,
                                struct str name, const char *what, struct str nearest)
{
    struct error reason;

    if (nearest.n)
        (void)error_set(&reason, ERR_USAGE, "is no %s: did you mean %.*s?", what,
                        STR_ARG(nearest));
    else
        (void)error_set(&reason, ERR_USAGE,
                        "is no %s: allowed are those of docs/site-file.md", what);
    site_reader_refuse(reader, place, name, NULL, reason.text);
}

static bool is_in_range(double number, struct site_range range)
{
    return number >= range.min && number <= range.max &&
           (!range.is_whole || floor(number) == number);
}

bool site_reader_number(struct site_reader *reader, struct str place, struct str name,
                        const json_t *value, struct site_range range, double *out_number)
{
    char min[DECIMAL_TEXT_MAX];
    char max[DECIMAL_TEXT_MAX];
    struct error reason;

    if (json_is_number(value) && is_in_range(json_number_value(value), range)) {
        *out_number = json_number_value(value);
        return true;
    }
    int min_n = (int)decimal_print(range.min, min);
    int max_n = (int)decimal_print(range.max, max);
    (void)error_set(&reason, ERR_USAGE, "allowed %s%.*s to %.*s",
                    range.is_whole ? "a whole number from " : "", min_n, min, max_n, max);
    site_reader_refuse(reader, place, name, value, reason.text);
    return false;
}

bool site_reader_text(struct site_reader *reader, struct str place, struct str name,
                      const json_t *value, struct str *out_text)
{
    struct str text = str_from(json_string_value(value)); /* NULL for what is no text */

    if (text.n == 0 || text.n > LABEL_BYTES_MAX) {
        site_reader_refuse(reader, place, name, value,
                           "allowed a text of 1 to 256 bytes");
        return false;
    }
    *out_text = arena_copy(reader->arena, text);
    return true;
}

bool site_reader_choice(struct site_reader *reader, struct str place, struct str name,
                        const json_t *value, const char *const *words,
                        struct str *out_word)
{
    struct str text = str_from(json_string_value(value));
    struct str allowed = STR("allowed");

    for (size_t i = 0; words[i]; i++) {
        if (str_equal(text, str_from(words[i]))) {
            *out_word = str_from(words[i]);
            return true;
        }
        allowed = arena_printf(reader->arena, "%.*s%s %s", STR_ARG(allowed), i ? "," : "",
                               words[i]);
    }
    site_reader_refuse(reader, place, name, value, allowed.p);
    return false;
}

bool site_reader_object(struct site_reader *reader, struct str place, struct str name,
                        const json_t *value)
{
    if (!json_is_object(value))
        site_reader_refuse(reader, place, name, value, "allowed an object, {...}");
    return json_is_object(value);
}
