/* web_keys.h - THE table of keys of a web configuration. */
#ifndef WEB_WEB_KEYS_H
#define WEB_WEB_KEYS_H

#include <stddef.h>

#include "base/str.h"

/* What is written behind the key, and the type of the field. */
enum web_kind {
    WEB_SECTION,  /* int: its line, if it holds any key of this table */
    WEB_TEXT,     /* struct web_text; an empty one is as none */
    WEB_SECRET,   /* the same; never shown */
    WEB_FLAG,     /* bool */
    WEB_WORD,     /* struct web_word */
    WEB_WORDS,    /* struct web_words */
    WEB_TEXTS,    /* struct web_texts */
    WEB_INTERVAL, /* struct web_rate's */
    WEB_BURST,    /* struct web_rate's */
    WEB_HEADERS,  /* struct web_config's */
    WEB_USERS,    /* struct web_config's */
};

struct web_key {
    struct str section; /* empty at the top */
    struct str name;
    enum web_kind kind;
    size_t offset;                           /* of the field in struct web_config */
    const char *(*word_at)(unsigned number); /* of WEB_WORD, WEB_WORDS */
};

extern const struct web_key web_keys[];
extern const size_t web_key_count;

/* NULL if there is none. */
const struct web_key *web_key_find(struct str section, struct str name);

/* One that was probably meant, of whatever section; NULL if there is none. */
const struct web_key *web_key_nearest(struct str name);

#endif
