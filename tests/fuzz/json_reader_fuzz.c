/* json_reader_fuzz.c - any bytes: what another parser takes is taken for the same, and
 * what is kept as JSON is JSON. */
#include <jansson.h>
#include <math.h>

#include "fuzz.h"
#include "source/json_reader.h"

#define PARSER_FLAGS (JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL)

/* The members of a document's object, or the document itself. */
static enum err read_all(struct json_reader *reader, struct str text, size_t *out_members)
{
    struct str key;

    *out_members = 0;
    json_reader_start(reader, text);
    if (json_reader_enter_object(reader))
        while (json_reader_member(reader, &key)) {
            struct value value = json_reader_value(reader);
            CLAIM(reader->outcome != ERR_OK || utf8_is_valid(key));
            CLAIM(reader->outcome != ERR_OK || utf8_is_valid(value.text));
            CLAIM(value.kind != VALUE_NUMBER || isfinite(value.number));
            ++*out_members;
        }
    else
        json_reader_skip(reader);
    return json_reader_end(reader, NULL);
}

static void claim_same_value(const struct value *value, const json_t *json)
{
    if (json_is_number(json))
        CLAIM(value->kind == VALUE_NUMBER && value->number == json_number_value(json));
    else if (json_is_string(json))
        CLAIM(value->kind == VALUE_TEXT &&
              str_equal(value->text,
                        (struct str){json_string_value(json), json_string_length(json)}));
    else if (json_is_boolean(json))
        CLAIM(value->kind == VALUE_NUMBER && value->number == json_is_true(json));
    else if (json_is_null(json) || (json_is_array(json) && !json_array_size(json)))
        CLAIM(value->kind == VALUE_NONE);
    else
        CLAIM(value->kind == VALUE_JSON);
}

/* Of a key that comes twice the parser keeps the last value only: the values are compared
 * where each key comes once. */
static void claim_same_members(struct json_reader *reader, struct str text,
                               const json_t *json, size_t members)
{
    struct str key;

    json_reader_start(reader, text);
    (void)json_reader_enter_object(reader);
    while (json_reader_member(reader, &key)) {
        struct buf name = buf_new(FUZZ_TEXT_MAX);
        buf_add(&name, key);
        buf_add_char(&name, '\0');
        struct value value = json_reader_value(reader);
        json_t *member = json_object_get(json, name.p);
        CLAIM(member != NULL);
        if (json_object_size(json) == members)
            claim_same_value(&value, member);
        buf_free(&name);
    }
}

/* What is mended is read by any parser, and is mended already. */
static void claim_copy(struct json_reader *reader, struct str text)
{
    struct buf once = buf_new(FUZZ_TEXT_MAX);
    struct buf twice = buf_new(FUZZ_TEXT_MAX);

    json_reader_start(reader, text);
    json_reader_copy(reader, &once);
    if (json_reader_end(reader, NULL) == ERR_OK) {
        json_t *json = json_loadb(once.p, once.n, PARSER_FLAGS, NULL);
        CLAIM(json != NULL);
        json_decref(json);
        json_reader_start(reader, buf_str(&once));
        json_reader_copy(reader, &twice);
        CLAIM(json_reader_end(reader, NULL) == ERR_OK);
        CLAIM(str_equal(buf_str(&once), buf_str(&twice)));
    }
    buf_free(&once);
    buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = fuzz_input(data, size);
    struct json_reader reader = json_reader_new();
    json_t *json = json_loadb(text.p, text.n, PARSER_FLAGS, NULL);
    size_t members;
    enum err outcome = read_all(&reader, text, &members);

    /* The other parser's depth is 2,048, and it takes a NUL at the end for the end. */
    if (json && !str_contains(text, (struct str){"", 1}))
        CLAIM(outcome == ERR_OK || reader.depth > JSON_DEPTH_MAX);
    if (json_is_object(json) && outcome == ERR_OK)
        claim_same_members(&reader, text, json, members);
    claim_copy(&reader, text);
    json_decref(json);
    json_reader_free(&reader);
    return 0;
}
