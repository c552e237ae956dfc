/* json_text.h - pieces of JSON that we write ourselves: --map.print, suggestions. */
#ifndef MAP_JSON_TEXT_H
#define MAP_JSON_TEXT_H

#include "base/buf.h"
#include "base/str.h"

/* Adds s in quotes, escaped; s is UTF-8. */
void json_text_add(struct buf *out, struct str s);

/* Adds a number with the shortest digits that read back equal; it is finite. */
void json_text_add_number(struct buf *out, double number);

/* Adds `,"key":` */
void json_text_add_key(struct buf *out, const char *key);

#endif
