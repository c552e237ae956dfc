/* spelling.c - see spelling.h */
#include "config/spelling.h"

/* No name of ours is longer; what is longer is not compared. */
#define SPELLING_WORD_MAX 64

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance, one row of his table at a time. */
static size_t distance(struct str a, struct str b)
{
    size_t row[SPELLING_WORD_MAX + 1];

    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 0; i < a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.n; j++) {
            size_t exchanged = diagonal + (a.p[i] != b.p[j]);
            diagonal = row[j + 1];
            row[j + 1] = smaller(exchanged, smaller(row[j], row[j + 1]) + 1);
        }
    }
    return row[b.n];
}

/* The only word that begins so; the empty slice if there are none or several. */
static struct str only_longer(struct str head, struct str (*word_at)(size_t i),
                              size_t count)
{
    struct str found = STR("");
    size_t found_count = 0;

    for (size_t i = 0; i < count; i++) {
        if (!str_starts_with(word_at(i), head))
            continue;
        found = word_at(i);
        found_count++;
    }
    return found_count == 1 ? found : (struct str)STR("");
}

struct str spelling_nearest(struct str word, struct str (*word_at)(size_t i),
                            size_t count)
{
    struct str nearest = STR("");
    size_t nearest_distance = (word.n + 2) / 3 + 1;

    if (word.n > SPELLING_WORD_MAX)
        return nearest;
    for (size_t i = 0; i < count; i++) {
        struct str candidate = word_at(i);
        if (candidate.n > SPELLING_WORD_MAX)
            continue;
        size_t d = distance(word, candidate);
        if (d < nearest_distance) {
            nearest = candidate;
            nearest_distance = d;
        }
    }
    return nearest.n ? nearest : only_longer(word, word_at, count);
}
