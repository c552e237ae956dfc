/* json_repair_fuzz.c - any bytes: mending is done once, and harms no good text. */
#include <jansson.h>

#include "fuzz.h"
#include "source/json_parse.h"
#include "source/json_repair.h"

#define PARSER_FLAGS (JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL)

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What is really in a tree. */
static struct json_shape shape_of(const json_t *json)
{
    struct json_shape shape = {.values = 1};
    const char *key;
    json_t *item;
    size_t i;

    json_array_foreach(json, i, item)
    {
        struct json_shape inner = shape_of(item);
        shape.values += inner.values;
        shape.depth = larger(shape.depth, inner.depth);
    }
    /* json_object_foreach wants a tree that may change. */
    for (void *at = json_object_iter((json_t *)(uintptr_t)json); at;
         at = json_object_iter_next((json_t *)(uintptr_t)json, at)) {
        key = json_object_iter_key(at);
        struct json_shape inner = shape_of(json_object_iter_value(at));
        CLAIM(utf8_is_valid(str_from(key)));
        shape.values += inner.values;
        shape.depth = larger(shape.depth, inner.depth);
    }
    shape.depth += json_is_array(json) || json_is_object(json);
    return shape;
}

/* What a parser took before, it takes as it was, but for NUL, which C would not see. */
static void claim_good_text_is_kept(struct str text, struct str mended)
{
    json_t *json = json_loadb(text.p, text.n, PARSER_FLAGS, NULL);

    if (json && !str_contains(text, STR_OF("\\u0000")))
        CLAIM(str_equal(text, mended));
    json_decref(json);
}

static void claim_shape(struct str mended, struct json_shape measured)
{
    json_t *json = json_loadb(mended.p, mended.n, PARSER_FLAGS, NULL);

    if (json) {
        struct json_shape real = shape_of(json);
        CLAIM(real.depth <= measured.depth);
        CLAIM(real.values <= measured.values);
    }
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = fuzz_input(data, size);
    struct buf once = buf_new(JSON_REPAIR_GROWTH * size + 64);
    struct buf twice = buf_new(JSON_REPAIR_GROWTH * size + 64);

    struct json_shape shape = json_repair(text, &once);
    struct json_shape again = json_repair(buf_str(&once), &twice);
    CLAIM(!once.failed && once.n <= JSON_REPAIR_GROWTH * size + 1);
    CLAIM(str_equal(buf_str(&once), buf_str(&twice)));
    CLAIM(shape.depth == again.depth && shape.values == again.values);
    claim_good_text_is_kept(text, buf_str(&once));
    claim_shape(buf_str(&once), shape);
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
