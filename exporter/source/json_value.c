/* json_value.c - see json_value.h */
#include "source/json_value.h"

static int add_piece(const char *piece, size_t n, void *context)
{
    struct buf *scratch = context;

    buf_add(scratch, (struct str){piece, n});
    return scratch->failed ? -1 : 0;
}

static struct value text_of_structure(const json_t *json, struct buf *scratch)
{
    if (json_dump_callback(json, add_piece, scratch, JSON_COMPACT) != 0) {
        scratch->failed = true;
        return (struct value){0};
    }
    return (struct value){.kind = VALUE_JSON, .text = buf_str(scratch)};
}

static struct value number(double n)
{
    return (struct value){.kind = VALUE_NUMBER, .number = n};
}

struct value json_value(const json_t *json, struct buf *scratch)
{
    buf_clear(scratch);
    switch (json_typeof(json)) {
    case JSON_NULL:
        return (struct value){0};
    case JSON_TRUE:
        return number(1);
    case JSON_FALSE:
        return number(0);
    case JSON_INTEGER:
    case JSON_REAL:
        return number(json_number_value(json));
    case JSON_STRING:
        return (struct value){
            .kind = VALUE_TEXT,
            .text = {json_string_value(json), json_string_length(json)},
        };
    case JSON_ARRAY:
        if (json_array_size(json) == 0)
            return (struct value){0};
        return text_of_structure(json, scratch);
    case JSON_OBJECT:
        return text_of_structure(json, scratch);
    }
    return (struct value){0};
}
