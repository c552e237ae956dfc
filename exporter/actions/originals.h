/* originals.h - the personal data of one station, and what stands instead of each.
 *
 * Filled first (originals_add…), closed by originals_number, then used to replace.  The
 * same data added in the same order get the same replacements.  Capitals do not matter,
 * and one MAC or IPv4 address is one, however it is separated.
 * Texts live in the arena.  Fails sticky.  One thread at a time.
 */
#ifndef ACTIONS_ORIGINALS_H
#define ACTIONS_ORIGINALS_H

#include <stdbool.h>
#include <stddef.h>

#include "actions/personal_path.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/str_index.h"

/* Names, serials and addresses of one station: a handful for each service. */
#define ORIGINALS_MAX ((size_t)16384)

#define ORIGINALS_CHAINS 256 /* one for each first byte */

struct anonymise_counts;
struct original;

struct originals {
    struct arena *arena;
    struct original *first, *last;
    struct str_index by_text;     /* in lower case */
    struct str_index by_identity; /* and without separators */
    struct original *chains[ORIGINALS_CHAINS];
    struct buf key;
    size_t numbers[DATUM_END]; /* the last one given */
    bool failed;
};

/* Names of owners are not replaced in bus names, paths and technical texts. */
enum scope { SCOPE_TECHNICAL, SCOPE_TEXT };

struct originals originals_in(struct arena *arena);

/* A datum from DATUM_PORTAL_ID to DATUM_MESSAGE.  Blanks at both ends do not count;
 * blanks alone are nothing. */
void originals_add(struct originals *originals, enum datum datum, struct str text);

/* All addresses that stand in text. */
void originals_add_addresses(struct originals *originals, struct str text);

/* All addresses and serials that stand in a bus name or path: drivers call services and
 * settings after the device. */
void originals_add_identifiers(struct originals *originals, struct str name);

/* Gives each original its replacement. */
void originals_number(struct originals *originals);

/* What stands instead of a whole text; the text itself if it was not added.  Counted. */
struct str originals_replacement(struct originals *originals, struct str text,
                                 struct anonymise_counts *counts);

/* Adds text to out, every original in it replaced and counted. */
void originals_replace(struct originals *originals, struct str text, enum scope scope,
                       struct buf *out, struct anonymise_counts *counts);

/* NULL is not allowed; the arena is the caller's. */
void originals_free(struct originals *originals);

#endif
