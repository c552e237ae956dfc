/* anonymise.h - a station's answers without the people behind it.  Pure.
 *
 * Numbers stay what they are, so that a page of the result is the page of the station but
 * for the labels that name somebody.  Serials, names and addresses get made-up ones, the
 * same for the same original wherever it stands, also in bus names, paths and JSON; a
 * station that answers with the same texts again gets the same ones again.
 */
#ifndef ACTIONS_ANONYMISE_H
#define ACTIONS_ANONYMISE_H

#include <stddef.h>

#include "actions/personal_path.h"
#include "base/err.h"

struct snapshot;

struct anonymise_counts {
    size_t different[DATUM_END]; /* originals that were met and replaced */
    size_t places[DATUM_END];    /* where they stood, or where something was left out */
    size_t too_large;            /* values left out because they are over a limit */
};

/* On success the caller owns one reference to *out_anonymous, whose readings are sorted
 * by path.  ERR_TOO_LARGE: more personal data than ORIGINALS_MAX; ERR_MEMORY. */
enum err anonymise_snapshot(const struct snapshot *snapshot,
                            struct snapshot **out_anonymous,
                            struct anonymise_counts *out_counts, struct error *error)
    __attribute__((warn_unused_result));

#endif
