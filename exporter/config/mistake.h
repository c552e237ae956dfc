/* mistake.h - what is wrong with what a person wrote, one line each. */
#ifndef CONFIG_MISTAKE_H
#define CONFIG_MISTAKE_H

#include "base/buf.h"
#include "base/str.h"

/* Adds one line, whatever the values in it hold; cut at ERROR_TEXT_MAX bytes. */
void mistake_add(struct buf *mistakes, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The part of a value that a mistake shows: so short that what is allowed still fits
 * behind it. */
struct str mistake_value(struct str value);

#endif
