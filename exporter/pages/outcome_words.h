/* outcome_words.h - what the reasons of failures mean to a person. */
#ifndef PAGES_OUTCOME_WORDS_H
#define PAGES_OUTCOME_WORDS_H

#include "base/err.h"

/* The documentation of the project; the anchors of troubleshooting.md are the reasons. */
#define DOCS_URL "https://github.com/victron-exporter/victron_exporter/blob/main/docs/"

struct outcome_words {
    const char *meaning;               /* "nothing answers at its address" */
    const char *over_http, *over_mqtt; /* what to look at, in a sentence or two */
};

/* Of ERR_DNS … ERR_SKIPPED; of others a general word. */
const struct outcome_words *outcome_words_of(enum err outcome);

#endif
