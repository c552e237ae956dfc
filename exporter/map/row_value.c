/* row_value.c - see row_value.h */
#include "map/row_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"

static enum row_outcome refuse(enum refusal refusal, enum refusal *out_refusal)
{
    *out_refusal = refusal;
    return ROW_REFUSED;
}

static bool is_invalid(const struct map_row *row, double number)
{
    for (size_t i = 0; i < row->invalid_count; i++)
        if (row->invalid[i] == number)
            return true;
    return false;
}

/* In decimal, so that 22.9 % is 0.229; what does not fit has no decimals worth saving. */
static double scaled(const struct map_row *row, double number)
{
    struct decimal product;

    if (!row->has_scale)
        return number;
    if (isfinite(number) &&
        decimal_multiply(decimal_from(number), row->scale_decimal, &product))
        return decimal_to_double(product);
    return number * row->scale;
}

static enum row_outcome finish_number(const struct map_row *row, double number,
                                      double *out_number, enum refusal *out_refusal)
{
    if (is_invalid(row, number))
        return ROW_ABSENT;
    double result = scaled(row, row->is_absolute ? fabs(number) : number);
    if (!isfinite(result) || (row->type == SAMPLE_COUNTER && result < 0))
        return refuse(REFUSAL_RANGE, out_refusal);
    *out_number = result;
    return ROW_GIVEN;
}

static const struct text_number *find_text(const struct map_row *row, struct str text)
{
    for (size_t i = 0; i < row->value_count; i++)
        if (str_equal(row->values[i].text, text))
            return &row->values[i];
    return NULL;
}

/* A table of texts says what its own numbers mean, and of no others. */
static bool is_number_of_table(const struct map_row *row, double number)
{
    for (size_t i = 0; i < row->value_count; i++)
        if (row->values[i].number == number)
            return true;
    return row->value_count == 0;
}

/* Digits with a sign, a point, an exponent: nothing else that strtod would take. */
static bool parse_decimal(struct str text, double *out_number)
{
    char copy[DECIMAL_TEXT_MAX];
    char *end;

    if (text.n == 0 || text.n >= sizeof copy)
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (!text.p[i] || !strchr("0123456789+-.eE", text.p[i]))
            return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    *out_number = strtod(copy, &end);
    return *end == '\0';
}

static enum row_outcome number_of_text(const struct map_row *row, struct str text,
                                       double *out_number, enum refusal *out_refusal)
{
    const struct text_number *found = find_text(row, text);
    double number;

    if (row->is_decimal_text && parse_decimal(text, &number))
        return finish_number(row, number, out_number, out_refusal);
    if (found)
        return finish_number(row, found->number, out_number, out_refusal);
    return text.n == 0 ? ROW_ABSENT : refuse(REFUSAL_TYPE, out_refusal);
}

enum row_outcome row_number(const struct map_row *row, const struct value *value,
                            double *out_number, enum refusal *out_refusal)
{
    switch (value->kind) {
    case VALUE_NONE:
        return ROW_ABSENT;
    case VALUE_NUMBER:
        if (!is_number_of_table(row, value->number))
            return refuse(REFUSAL_TYPE, out_refusal);
        return finish_number(row, value->number, out_number, out_refusal);
    case VALUE_TEXT:
        return number_of_text(row, value->text, out_number, out_refusal);
    case VALUE_JSON:
        break;
    }
    return refuse(REFUSAL_TYPE, out_refusal);
}

enum row_outcome row_text(const struct map_row *row, const struct value *value,
                          struct arena *arena, struct str *out_text,
                          enum refusal *out_refusal)
{
    char text[DECIMAL_TEXT_MAX];

    switch (value->kind) {
    case VALUE_NONE:
        return ROW_ABSENT;
    case VALUE_NUMBER:
        if (is_invalid(row, value->number))
            return ROW_ABSENT;
        *out_text =
            arena_copy(arena, (struct str){text, decimal_print(value->number, text)});
        return arena->failed ? refuse(REFUSAL_LIMIT, out_refusal) : ROW_GIVEN;
    case VALUE_TEXT:
        *out_text = value->text;
        return value->text.n ? ROW_GIVEN : ROW_ABSENT;
    case VALUE_JSON:
        break;
    }
    return refuse(REFUSAL_TYPE, out_refusal);
}

struct str row_mark_value(const struct map_row *row, struct str label, struct str text)
{
    for (size_t i = 0; i < row->mark_count; i++)
        if (str_equal(row->marks[i].label, label) &&
            str_contains(text, row->marks[i].part))
            return row->marks[i].value;
    return STR_OF("");
}

struct value row_json_value(json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_TRUE:
    case JSON_FALSE:
        return (struct value){.kind = VALUE_NUMBER, .number = json_is_true(json)};
    case JSON_INTEGER:
    case JSON_REAL:
        return (struct value){.kind = VALUE_NUMBER, .number = json_number_value(json)};
    case JSON_STRING:
        return (struct value){
            .kind = VALUE_TEXT,
            .text = {json_string_value(json), json_string_length(json)}};
    case JSON_ARRAY:
        return (struct value){.kind = json_array_size(json) ? VALUE_JSON : VALUE_NONE};
    case JSON_OBJECT:
        return (struct value){.kind = VALUE_JSON};
    case JSON_NULL:
        break;
    }
    return (struct value){.kind = VALUE_NONE};
}
