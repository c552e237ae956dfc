/* page_claims.h - what holds of a page, whatever a station said or a map asked for. */
#ifndef TESTS_FUZZ_PAGE_CLAIMS_H
#define TESTS_FUZZ_PAGE_CLAIMS_H

#include "base/str.h"

struct metric_map;
struct snapshot;

/* A page in text 0.0.4: valid UTF-8, families whole and each once, no series twice,
 * labels well-formed and each once, numbers finite, counters not negative. */
void page_claims_text(struct str page);

/* Makes the page of snapshot through map, twice: claims that hold for it, and that
 * nothing is different the second time. */
void page_claims_snapshot(struct metric_map *map, const struct snapshot *snapshot);

/* A map with a row of each kind, for the caller to free. */
struct metric_map *page_claims_map(void);

#endif
