/* json_reader.h - JSON from the wire, read once from its front to its end.
 *
 * No tree is built: the caller walks through the objects that it knows and gets values.
 * What costs a parser of the standard the whole text is mended on the way: NaN,
 * Infinity, -Infinity and numbers beyond double are none, strings are mended as
 * json_string.h says.  Whatever else is wrong ends the reading; only json_reader_end says
 * whether the text was good, so nothing is to be believed before.
 *
 * Pure but for the heap.  One thread at a time.
 */
#ifndef SOURCE_JSON_READER_H
#define SOURCE_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "model/limits.h"
#include "model/value.h"

#define JSON_DEPTH_MAX 64
#define JSON_VALUES_MAX ((size_t)2 * LIMIT_VALUES)

/* Of mended text: a broken byte becomes three. */
#define JSON_TEXT_BYTES_MAX ((size_t)3 * LIMIT_ANSWER_BYTES)

struct json_reader {
    struct str rest;
    bool is_first; /* nothing was read of the object or array that was entered last */
    size_t depth;
    size_t values;    /* at most so many so far, structures counted */
    enum err outcome; /* sticky */

    /* Texts that are no slices. */
    struct buf key;
    struct buf text;
    struct buf piece;
};

/* Allocates nothing yet. */
struct json_reader json_reader_new(void);
void json_reader_free(struct json_reader *reader);

/* Begins with another text, which must live as long as what is read of it.  Keeps the
 * memory, unless that has become large. */
void json_reader_start(struct json_reader *reader, struct str text);

/* Enters the object (or array) that comes next; false, and nothing read, if something
 * else does. */
bool json_reader_enter_object(struct json_reader *reader);
bool json_reader_enter_array(struct json_reader *reader);

/* Goes to the next member of the object, whose value is then to be read; false behind
 * its end, and when the text is bad.  The key is good until the next one. */
bool json_reader_member(struct json_reader *reader, struct str *out_key);

/* The same for the items of an array. */
bool json_reader_item(struct json_reader *reader);

/* Reads what comes next as a reading's value: null and [] are none, true and false are 1
 * and 0, {} and arrays are kept as JSON.  A text is a slice, or good until the next value
 * is read. */
struct value json_reader_value(struct json_reader *reader);

/* Adds what comes next to out as JSON that any parser takes: mended, without blanks. */
void json_reader_copy(struct json_reader *reader, struct buf *out);

/* Reads what comes next and forgets it; other values stay good. */
void json_reader_skip(struct json_reader *reader);

/* Behind the outermost structure: was the text good, to its end?  ERR_MALFORMED (cut
 * short, not JSON, too deep), ERR_TOO_LARGE.  The sentence does not quote the text, which
 * may hold a password. */
enum err json_reader_end(struct json_reader *reader, struct error *error)
    __attribute__((warn_unused_result));

#endif
