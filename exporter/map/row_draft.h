/* row_draft.h - a row while it is being read; for row_*.c only. */
#ifndef MAP_ROW_DRAFT_H
#define MAP_ROW_DRAFT_H

#include <jansson.h>
#include <stdbool.h>

#include "map/map_mistakes.h"
#include "map/map_row.h"
#include "map/text_pool.h"

/* What a key may stand in, or'ed. */
enum row_kind { ROW_NUMBER = 1, ROW_INFO = 2, ROW_IGNORED = 4 };

struct row_draft {
    struct map_row *row;
    struct buf place; /* what mistakes are told under, as far as it is known */
    struct arena *arena;
    struct text_pool *texts;
    struct map_mistakes *mistakes;
    bool is_bad;

    bool has_metric, has_type;
    bool is_dropped; /* "metric": null */

    /* What --map.print says besides and a pasted row therefore holds: must be true. */
    json_t *label_names_said;
    json_t *unit_said;
    json_t *ignored_said;
};

/* Adds a mistake about the row: it will not be used. */
#define ROW_MISTAKE(draft, ...)                                                          \
    ((draft)->is_bad = true, map_mistakes_add((draft)->mistakes, (draft)->row->file,     \
                                              buf_str(&(draft)->place), __VA_ARGS__))

/* "key "scale" is a text, should be a number" */
void row_draft_wrong_type(struct row_draft *draft, const char *key, const json_t *value,
                          const char *wanted);

/* A text that is not empty, copied; false and a mistake otherwise. */
bool row_draft_text(struct row_draft *draft, const char *key, const json_t *value,
                    struct str *out_text);

/* ---- row_keys.c ---- */

struct row_key {
    const char *name;
    void (*read)(struct row_draft *draft, const char *key, json_t *value);
    int kinds; /* of enum row_kind: rows that it means something in */
};

/* NULL if there is no such key. */
const struct row_key *row_key_find(const char *name);

/* ---- row_lists.c: keys that hold several things ---- */

void row_read_labels(struct row_draft *draft, const char *key, json_t *value);
void row_read_fixed_labels(struct row_draft *draft, const char *key, json_t *value);
void row_read_bind(struct row_draft *draft, const char *key, json_t *value);
void row_read_invalid(struct row_draft *draft, const char *key, json_t *value);
void row_read_values(struct row_draft *draft, const char *key, json_t *value);
void row_read_marks(struct row_draft *draft, const char *key, json_t *value);

/* ---- row_checks.c ---- */

/* What one key alone cannot tell: names, labels, secrets. */
void row_check(struct row_draft *draft);

#endif
