/* made_up.h - what stands in a recording instead of personal data.  Pure. */
#ifndef ACTIONS_MADE_UP_H
#define ACTIONS_MADE_UP_H

#include <stddef.h>

#include "actions/personal_path.h"
#include "base/buf.h"
#include "base/str.h"

/* Adds the replacement with that number (from 1 on) for a datum from DATUM_PORTAL_ID to
 * DATUM_MESSAGE.  Its form follows the original where forms differ: length and leading
 * letters of a serial, separators of an address.  Addresses are of the ranges that are
 * set aside for documentation. */
void made_up_add(enum datum datum, size_t number, struct str original, struct buf *out);

#endif
