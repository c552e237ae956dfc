/* site_reader.h - one value of a site file, or the sentence that says what is wrong.
 *
 * name is the key at hand, place where it stands ("devices: solarcharger/279", empty at
 * the top): "site.json: parameters: soc_low_ratio 20: allowed 0 to 1".
 */
#ifndef CONFIG_SITE_READER_H
#define CONFIG_SITE_READER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

struct site_reader {
    struct str file_name;
    struct arena *arena;  /* of the site that is being built */
    struct buf *mistakes; /* one line each */
};

struct site_range {
    double min, max;
    bool is_whole;
};

/* value may be NULL. */
void site_reader_refuse(struct site_reader *reader, struct str place, struct str name,
                        const json_t *value, const char *reason);

/* name is no what ("parameter"); nearest, if any, was probably meant. */
void site_reader_refuse_unknown(struct site_reader *reader, struct str place,
                                struct str name, const char *what, struct str nearest);

/* The ones below return false once they have refused. */

bool site_reader_number(struct site_reader *reader, struct str place, struct str name,
                        const json_t *value, struct site_range range, double *out_number);

/* A text that will be a label value, copied into the arena. */
bool site_reader_text(struct site_reader *reader, struct str place, struct str name,
                      const json_t *value, struct str *out_text);

/* One of the words, which are ended by NULL. */
bool site_reader_choice(struct site_reader *reader, struct str place, struct str name,
                        const json_t *value, const char *const *words,
                        struct str *out_word);

bool site_reader_object(struct site_reader *reader, struct str place, struct str name,
                        const json_t *value);

#endif
