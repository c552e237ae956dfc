/* spelling.h - the word that somebody probably meant. */
#ifndef CONFIG_SPELLING_H
#define CONFIG_SPELLING_H

#include <stddef.h>

#include "base/str.h"

/* The one of count words (asked for by number) that is nearest to word, at most a third
 * of its letters added, left out or exchanged; else the only one that begins with it;
 * else the empty slice. */
struct str spelling_nearest(struct str word, struct str (*word_at)(size_t i),
                            size_t count);

#endif
