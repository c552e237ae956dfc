/* json_tree.c - see json_tree.h */
#include "actions/json_tree.h"

#include "source/json_reader.h"

enum err json_tree_read(struct str text, json_t **out_json)
{
    struct json_reader reader = json_reader_new();
    struct buf mended = buf_new(JSON_TEXT_BYTES_MAX);

    json_reader_start(&reader, text);
    json_reader_copy(&reader, &mended);
    enum err outcome = json_reader_end(&reader, NULL);
    json_t *json = NULL;
    if (outcome == ERR_OK && !mended.failed)
        json = json_loadb(mended.p, mended.n, JSON_DECODE_INT_AS_REAL, NULL);
    if (outcome == ERR_OK && !json)
        outcome = ERR_MEMORY; /* nothing else is wrong with it */
    if (json)
        *out_json = json;
    buf_free(&mended);
    json_reader_free(&reader);
    return outcome;
}
