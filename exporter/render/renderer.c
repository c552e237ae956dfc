/* renderer.c - which format an Accept header asks for.
 *
 * The rule is that of Prometheus' own libraries: entries by weight, then in order; the
 * first that a row of the table answers wins; never a 406.
 */
#include "render/renderer.h"

#include "base/ascii.h"
#include "render/exposition.h"

/* An Accept header has a handful of entries; what comes after these is not read. */
#define ACCEPT_ENTRIES_MAX 32

/* Weights are compared as thousandths: RFC 9110 allows three decimals. */
#define WEIGHT_ONE 1000

struct media {
    struct str type;
    struct str version;   /* that the renderer answers */
    bool without_version; /* also answers an entry that names none */
    const struct renderer *renderer;
};

static const struct media table[] = {
    {STR("application/openmetrics-text"), STR("1.0.0"), true, &openmetrics_renderer},
    {STR("application/openmetrics-text"), STR("0.0.1"), false,
     &openmetrics_draft_renderer},
    {STR("text/plain"), STR("0.0.4"), true, &text_renderer},
    {STR("text/*"), STR(""), true, &text_renderer},
    {STR("*/*"), STR(""), true, &text_renderer},
};

struct entry {
    struct str type;
    struct str version;
    int weight; /* thousandths; 0 refuses */
};

static struct str unquoted(struct str s)
{
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        return (struct str){s.p + 1, s.n - 2};
    return s;
}

/* "0.75" as 750; what is no weight counts as 1, as a missing one does. */
static int parse_weight(struct str text)
{
    struct str whole = str_cut(&text, '.');
    uint64_t units;
    int weight = 0;

    if (!str_to_unsigned(whole, 1, &units))
        return WEIGHT_ONE;
    for (int place = WEIGHT_ONE / 10; place && text.n; place /= 10) {
        if (!ascii_is_digit(text.p[0]))
            return WEIGHT_ONE;
        weight += place * (text.p[0] - '0');
        text = str_skip(text, 1);
    }
    return units ? WEIGHT_ONE : weight;
}

static struct entry parse_entry(struct str text)
{
    struct entry entry = {.type = str_trim(str_cut(&text, ';')), .weight = WEIGHT_ONE};

    while (text.n) {
        struct str value = str_trim(str_cut(&text, ';'));
        struct str name = str_trim(str_cut(&value, '='));
        value = unquoted(str_trim(value));
        if (str_equal_ignoring_case(name, STR_OF("q")))
            entry.weight = parse_weight(value);
        else if (str_equal_ignoring_case(name, STR_OF("version")))
            entry.version = value;
    }
    return entry;
}

static const struct renderer *find(const struct entry *entry)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct media *media = &table[i];
        bool fits = entry->version.n ? str_equal(entry->version, media->version)
                                     : media->without_version;
        if (fits && str_equal_ignoring_case(entry->type, media->type))
            return media->renderer;
    }
    return NULL;
}

const struct renderer *renderer_for(struct str accept)
{
    const struct renderer *best = &text_renderer;
    int best_weight = 0;

    for (size_t i = 0; accept.n && i < ACCEPT_ENTRIES_MAX; i++) {
        struct entry entry = parse_entry(str_cut(&accept, ','));
        const struct renderer *renderer = find(&entry);
        if (renderer && entry.weight > best_weight) {
            best = renderer;
            best_weight = entry.weight;
        }
    }
    return best;
}
