/* page_words.h - what several pages for people say in the same words, as plain text. */
#ifndef PAGES_PAGE_WORDS_H
#define PAGES_PAGE_WORDS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct config;
struct snapshot;
struct source_facts;

/* A text of others on one line: control bytes as dots, cut when long. */
void page_words_add_printable(struct buf *out, struct str text);

/* How the station is reached: "http://venus.local:8088".  Without the path, which may
 * lead through a proxy. */
void page_words_add_address(struct buf *out, const struct config *config);

/* "2026-11-29 05:21:46 UTC" */
void page_words_add_time(struct buf *out, double unix_seconds);

/* "timeout 1, skipped 14": why something failed since the start; nothing if nothing did.
 */
void page_words_add_failures(struct buf *out, const struct source_facts *facts);

/* Why there are no values; ERR_OK if there are.  A request that the station still has
 * did not fail yet, but keeps us waiting: that is a timeout here. */
struct error page_words_failure(const struct snapshot *snapshot);

#endif
