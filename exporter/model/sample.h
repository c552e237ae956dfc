/* sample.h - what Prometheus may know: families, series, samples.
 *
 * A sample is a series and a number.  A series carries its finished text
 * `name{label="value",…} `, so that a page is copying texts and printing numbers.
 */
#ifndef MODEL_SAMPLE_H
#define MODEL_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum sample_type { SAMPLE_GAUGE, SAMPLE_COUNTER, SAMPLE_INFO };

struct family {
    struct str name; /* as in a sample line: with _total of a counter, _info of an info */
    struct str help; /* unescaped */
    struct str unit; /* "volts"; empty if the name has none */
    enum sample_type type;
};

struct series {
    const struct family *family;
    struct str text;   /* name, labels and one blank */
    struct str device; /* value of the label device, empty without one */

    /* of sample.c */
    char *line;        /* text, with room for a number behind it */
    size_t line_bytes; /* 0: no number was written yet */
    double written;
};

struct sample {
    struct series *series;
    double value;
};

/* Samples of one page in page order: all samples of a family stand together.
 * Families, series and texts live in the arena or longer. */
struct sample_set {
    struct arena *arena; /* of the page */
    struct sample *samples;
    size_t count;
    size_t size;
    bool failed; /* sticky: the arena is exhausted */
};

struct sample_set sample_set_in(struct arena *arena);

void sample_set_add(struct sample_set *set, struct series *series, double value);

/* Room for count more, so that a long run of additions allocates once. */
void sample_set_reserve(struct sample_set *set, size_t count);

struct label {
    struct str name;
    struct str value; /* any bytes: repaired, cut at LIMIT_LABEL_BYTES, escaped here */
};

/* Makes a series with these labels, in this order, in the arena; a label with an empty
 * value is written like any other.  NULL when the arena is exhausted. */
struct series *series_in(struct arena *arena, const struct family *family,
                         const struct label *labels, size_t label_count);

/* The same, in memory of the caller's but for its text; false when the arena is
 * exhausted. */
bool series_make(struct arena *arena, const struct family *family,
                 const struct label *labels, size_t label_count,
                 struct series *out_series);

/* A sample as a line: text, number, newline.  The number is printed only if it differs
 * from the one before.  Good until the series' next line; one thread at a time. */
struct str series_line(struct series *series, double value);

/* series_in and sample_set_add in one. */
void sample_set_add_labelled(struct sample_set *set, const struct family *family,
                             const struct label *labels, size_t label_count,
                             double value);

/* Labels as they stand in the text of a series, made once for several series. */
struct label_text {
    struct str text;
    struct str device; /* value of the label device, empty without one */
};

/* In the arena; check arena->failed. */
struct label_text label_text_in(struct arena *arena, const struct label *labels,
                                size_t label_count);

/* The same as sample_set_add_labelled, with less work. */
void sample_set_add_text(struct sample_set *set, const struct family *family,
                         const struct label_text *labels, double value);

#endif
