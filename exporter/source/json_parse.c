/* json_parse.c - see json_parse.h
 *
 * jansson's own sentences are not passed on: they quote the text, and a text may hold a
 * password.
 */
#include "source/json_parse.h"

/* Integers beyond 64 bits are no error as reals. */
#define PARSE_FLAGS JSON_DECODE_INT_AS_REAL

enum err json_parse(struct str text, struct buf *scratch, json_t **out_json,
                    struct error *error)
{
    buf_clear(scratch);
    struct json_shape shape = json_repair(text, scratch);
    if (shape.depth > JSON_DEPTH_MAX)
        return error_set(error, ERR_MALFORMED, "JSON nested too deeply: allowed %d",
                         JSON_DEPTH_MAX);
    if (scratch->failed || shape.values > JSON_VALUES_MAX)
        return error_set(error, ERR_TOO_LARGE, "JSON too large: allowed %zu values",
                         JSON_VALUES_MAX);
    struct str mended = buf_str(scratch);
    json_t *json = json_loadb(mended.p, mended.n, PARSE_FLAGS, NULL);
    if (!json)
        return error_set(error, ERR_MALFORMED, "cut short, or not JSON");
    *out_json = json;
    return ERR_OK;
}
