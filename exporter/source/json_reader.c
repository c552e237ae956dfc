/* json_reader.c - see json_reader.h */
#include "source/json_reader.h"

#include <math.h>

#include "source/json_number.h"
#include "source/json_string.h"

#define KEPT_BYTES_MAX ((size_t)64 * 1024)

struct json_reader json_reader_new(void)
{
    return (struct json_reader){
        .key = buf_new(JSON_TEXT_BYTES_MAX),
        .text = buf_new(JSON_TEXT_BYTES_MAX),
        .piece = buf_new(JSON_TEXT_BYTES_MAX),
    };
}

void json_reader_free(struct json_reader *reader)
{
    buf_free(&reader->key);
    buf_free(&reader->text);
    buf_free(&reader->piece);
}

/* One huge value must not leave its size behind. */
static void trim(struct buf *buf)
{
    if (buf->size > KEPT_BYTES_MAX)
        buf_free(buf);
}

void json_reader_start(struct json_reader *reader, struct str text)
{
    trim(&reader->key);
    trim(&reader->text);
    trim(&reader->piece);
    reader->rest = text;
    reader->is_first = true;
    reader->depth = 0;
    reader->values = 1;
    reader->outcome = ERR_OK;
}

/* Nothing more is read. */
static void fail(struct json_reader *reader, enum err outcome)
{
    if (reader->outcome == ERR_OK)
        reader->outcome = outcome;
    reader->rest.n = 0;
}

static char next(struct json_reader *reader)
{
    struct str rest = reader->rest;

    while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\n' || rest.p[0] == '\t' ||
                      rest.p[0] == '\r'))
        rest = str_skip(rest, 1);
    reader->rest = rest;
    return rest.n ? rest.p[0] : '\0'; /* NUL is nowhere good either */
}

static bool take(struct json_reader *reader, char c)
{
    if (next(reader) != c || reader->rest.n == 0)
        return false;
    reader->rest = str_skip(reader->rest, 1);
    return true;
}

/* ---- structures ---- */

static void count_value(struct json_reader *reader)
{
    if (++reader->values > JSON_VALUES_MAX)
        fail(reader, ERR_TOO_LARGE);
}

static bool enter(struct json_reader *reader, char bracket)
{
    if (!take(reader, bracket))
        return false;
    count_value(reader);
    if (++reader->depth > JSON_DEPTH_MAX)
        fail(reader, ERR_MALFORMED);
    reader->is_first = true;
    return true;
}

/* False behind the closing bracket. */
static bool go_on(struct json_reader *reader, char closing)
{
    bool is_first = reader->is_first;

    reader->is_first = false;
    if (take(reader, closing)) {
        reader->depth--;
        return false;
    }
    if (is_first)
        return reader->outcome == ERR_OK;
    if (take(reader, ','))
        count_value(reader);
    else
        fail(reader, ERR_MALFORMED);
    return reader->outcome == ERR_OK;
}

bool json_reader_enter_object(struct json_reader *reader)
{
    return enter(reader, '{');
}

bool json_reader_enter_array(struct json_reader *reader)
{
    return enter(reader, '[');
}

static struct str read_string(struct json_reader *reader, struct buf *scratch)
{
    struct str text = STR("");

    scratch->failed = false;
    if (next(reader) != '"' || !json_string_read(&reader->rest, scratch, &text))
        fail(reader, ERR_MALFORMED);
    else if (scratch->failed)
        fail(reader, ERR_TOO_LARGE);
    return text;
}

static bool read_member(struct json_reader *reader, struct buf *scratch,
                        struct str *out_key)
{
    if (!go_on(reader, '}'))
        return false;
    *out_key = read_string(reader, scratch);
    if (!take(reader, ':'))
        fail(reader, ERR_MALFORMED);
    return reader->outcome == ERR_OK;
}

bool json_reader_member(struct json_reader *reader, struct str *out_key)
{
    return read_member(reader, &reader->key, out_key);
}

bool json_reader_item(struct json_reader *reader)
{
    return go_on(reader, ']');
}

/* ---- what is neither text nor structure ---- */

static const struct word {
    struct str text;
    struct value value;
} words[] = {
    {STR("null"), {.kind = VALUE_NONE}},
    {STR("true"), {.kind = VALUE_NUMBER, .number = 1}},
    {STR("false"), {.kind = VALUE_NUMBER, .number = 0}},
    {STR("NaN"), {.kind = VALUE_NONE}},
    {STR("Infinity"), {.kind = VALUE_NONE}},
    {STR("-Infinity"), {.kind = VALUE_NONE}},
};

static const struct word *find_word(struct str rest)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_starts_with(rest, words[i].text))
            return &words[i];
    return NULL;
}

static struct value read_scalar(struct json_reader *reader)
{
    double number;
    size_t n = json_number_read(reader->rest, &reader->piece, &number);
    const struct word *word = n ? NULL : find_word(reader->rest);

    if (word)
        n = word->text.n;
    if (n == 0)
        fail(reader, ERR_MALFORMED);
    else
        reader->rest = str_skip(reader->rest, n);
    if (word || n == 0 || !isfinite(number))
        return word ? word->value : (struct value){0};
    return (struct value){.kind = VALUE_NUMBER, .number = number};
}

/* ---- values ---- */

static void add(struct buf *out, struct str text)
{
    if (out)
        buf_add(out, text);
}

static void add_string(struct buf *out, struct str text)
{
    if (out)
        json_string_write(text, out);
}

/* A number as it is written, so that it reads back equal. */
static void copy_scalar(struct json_reader *reader, struct buf *out)
{
    const char *start = reader->rest.p;
    struct value value = read_scalar(reader);

    if (value.kind == VALUE_NONE)
        add(out, STR_OF("null"));
    else if (reader->outcome == ERR_OK)
        add(out, (struct str){start, (size_t)(reader->rest.p - start)});
}

static void copy_array(struct json_reader *reader, struct buf *out)
{
    struct str before = STR("[");

    for (; json_reader_item(reader); before = STR_OF(",")) {
        add(out, before);
        json_reader_copy(reader, out);
    }
    add(out, before.p[0] == '[' ? STR_OF("[]") : STR_OF("]"));
}

static void copy_object(struct json_reader *reader, struct buf *out)
{
    struct str before = STR("{");
    struct str key;

    for (; read_member(reader, &reader->piece, &key); before = STR_OF(",")) {
        add(out, before);
        add_string(out, key);
        add(out, STR_OF(":"));
        json_reader_copy(reader, out);
    }
    add(out, before.p[0] == '{' ? STR_OF("{}") : STR_OF("}"));
}

/* Recursion ends at JSON_DEPTH_MAX. */
void json_reader_copy(struct json_reader *reader, struct buf *out)
{
    if (next(reader) == '"')
        add_string(out, read_string(reader, &reader->piece));
    else if (json_reader_enter_object(reader))
        copy_object(reader, out);
    else if (json_reader_enter_array(reader))
        copy_array(reader, out);
    else
        copy_scalar(reader, out);
}

static struct value read_structure(struct json_reader *reader)
{
    static const struct str empty = STR("[]");

    buf_clear(&reader->text);
    json_reader_copy(reader, &reader->text);
    if (reader->text.failed)
        fail(reader, ERR_TOO_LARGE);
    if (reader->outcome != ERR_OK || str_equal(buf_str(&reader->text), empty))
        return (struct value){0};
    return (struct value){.kind = VALUE_JSON, .text = buf_str(&reader->text)};
}

struct value json_reader_value(struct json_reader *reader)
{
    char first = next(reader);

    if (first == '"')
        return (struct value){.kind = VALUE_TEXT,
                              .text = read_string(reader, &reader->text)};
    if (first == '{' || first == '[')
        return read_structure(reader);
    return read_scalar(reader);
}

void json_reader_skip(struct json_reader *reader)
{
    json_reader_copy(reader, NULL);
}

enum err json_reader_end(struct json_reader *reader, struct error *error)
{
    if (reader->outcome == ERR_OK && (reader->depth || next(reader) || reader->rest.n))
        fail(reader, ERR_MALFORMED);
    if (reader->outcome == ERR_TOO_LARGE)
        return error_set(error, ERR_TOO_LARGE, "JSON too large: allowed %zu values",
                         JSON_VALUES_MAX);
    if (reader->depth > JSON_DEPTH_MAX)
        return error_set(error, ERR_MALFORMED, "JSON nested too deeply: allowed %d",
                         JSON_DEPTH_MAX);
    if (reader->outcome != ERR_OK)
        return error_set(error, ERR_MALFORMED, "cut short, or not JSON");
    return ERR_OK;
}
