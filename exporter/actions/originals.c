/* originals.c - see originals.h */
#include "actions/originals.h"

#include "actions/address.h"
#include "actions/anonymise.h"
#include "actions/made_up.h"
#include "actions/spread.h"
#include "base/ascii.h"
#include "model/limits.h"

#define REPLACEMENT_BYTES_MAX ((size_t)256)

/* What in a bus name or path is a serial: so long, and so many digits in a row
 * ("BX18600000001", "uc162268") or nothing but hexadecimal digits ("afd683"). */
#define IDENTIFIER_MIN 6
#define IDENTIFIER_DIGITS_MIN 4

struct original {
    struct str spelling; /* as first met */
    struct str text;     /* in lower case */
    enum datum datum;
    struct original *identity; /* the first one that is the same, maybe itself */
    size_t number;             /* of the identity */
    bool was_met;              /* the identity, when replacing */
    struct str replacement;
    enum spread spread;
    enum edge edge;
    struct original *next;    /* in the order of addition */
    struct original *shorter; /* in its chain, or equally long */
};

/* ---- keys ---- */

static struct str lower_key(struct originals *originals, struct str text)
{
    buf_clear(&originals->key);
    char *room = text.n ? buf_reserve(&originals->key, text.n) : NULL;

    for (size_t i = 0; room && i < text.n; i++)
        room[i] = ascii_lower(text.p[i]);
    originals->key.n = room ? text.n : 0;
    originals->failed = originals->failed || originals->key.failed;
    return buf_str(&originals->key);
}

/* A MAC or IPv4 address is the same with other separators. */
static struct str identity_key(struct originals *originals,
                               const struct original *original)
{
    bool has_separators = original->datum == DATUM_MAC || original->datum == DATUM_IPV4;
    char before = '\0';

    buf_clear(&originals->key);
    buf_add_char(&originals->key, (char)('A' + original->datum));
    for (size_t i = 0; i < original->text.n; i++) {
        char c = original->text.p[i];
        bool is_separator = has_separators && !ascii_is_hex(c);
        if (!is_separator)
            buf_add_char(&originals->key, c);
        else if (original->datum == DATUM_IPV4 && before != '.')
            buf_add_char(&originals->key, '.');
        before = c;
    }
    originals->failed = originals->failed || originals->key.failed;
    return arena_copy(originals->arena, buf_str(&originals->key));
}

static struct original *find(struct originals *originals, struct str text)
{
    return str_index_get(&originals->by_text, lower_key(originals, str_trim(text)));
}

/* ---- adding ---- */

static void append(struct originals *originals, enum datum datum, struct str text)
{
    struct original *original = arena_alloc(originals->arena, sizeof *original);

    if (!original)
        return;
    original->spelling = arena_copy(originals->arena, text);
    original->text = arena_copy(originals->arena, lower_key(originals, text));
    original->datum = datum;
    if (originals->last)
        originals->last->next = original;
    else
        originals->first = original;
    originals->last = original;
    str_index_put(&originals->by_text, original->text, original);
}

static bool is_serial(struct str part)
{
    size_t digits_in_a_row = 0;

    if (part.n < IDENTIFIER_MIN)
        return false;
    for (size_t i = 0; i < part.n && digits_in_a_row < IDENTIFIER_DIGITS_MIN; i++)
        digits_in_a_row = ascii_is_digit(part.p[i]) ? digits_in_a_row + 1 : 0;
    bool is_hex = ascii_run(part, ascii_is_hex) == part.n;
    bool is_word = ascii_run(part, ascii_is_letter) == part.n;
    return digits_in_a_row == IDENTIFIER_DIGITS_MIN || (is_hex && !is_word);
}

void originals_add(struct originals *originals, enum datum datum, struct str text)
{
    struct str trimmed = str_trim(text);

    if (!trimmed.n)
        return;
    struct original *known = find(originals, trimmed);
    if (!known)
        append(originals, datum, trimmed);
    else if (datum < known->datum)
        known->datum = datum;
}

void originals_add_addresses(struct originals *originals, struct str text)
{
    for (size_t at = 0; at < text.n;) {
        struct address address = address_at(text, at);
        if (address.text.n)
            originals_add(originals, address.datum, address.text);
        at += address.text.n ? address.text.n : 1;
    }
}

void originals_add_identifiers(struct originals *originals, struct str name)
{
    originals_add_addresses(originals, name);
    while (name.n) {
        struct str part = {name.p, ascii_run(name, ascii_is_alphanumeric)};
        if (is_serial(part) && !find(originals, part))
            originals_add(originals, DATUM_SERIAL, part);
        name = str_skip(name, part.n ? part.n : 1);
    }
}

/* ---- numbering ---- */

static void make_up(struct originals *originals, struct original *original, size_t number)
{
    struct buf text = buf_new(REPLACEMENT_BYTES_MAX);

    made_up_add(original->datum, number, original->spelling, &text);
    original->number = number;
    original->replacement = arena_copy(originals->arena, buf_str(&text));
    originals->failed = originals->failed || text.failed;
    buf_free(&text);
}

/* What is made up must not happen to be an original. */
static void make_up_new(struct originals *originals, struct original *original)
{
    size_t *number = &originals->numbers[original->datum];

    do
        make_up(originals, original, ++*number);
    while (!originals->failed && !originals->arena->failed &&
           find(originals, original->replacement));
}

/* Longest first, so that "House battery 2" is found before "House battery". */
static void put_into_chain(struct originals *originals, struct original *original)
{
    struct original **at = &originals->chains[(unsigned char)original->text.p[0]];

    while (*at && (*at)->text.n > original->text.n)
        at = &(*at)->shorter;
    original->shorter = *at;
    *at = original;
}

static void number_one(struct originals *originals, struct original *original)
{
    struct str identity = identity_key(originals, original);
    struct original *same = str_index_get(&originals->by_identity, identity);

    original->spread = spread_of(original->datum, original->text);
    original->edge = spread_edge(original->datum, original->text);
    original->identity = same ? same : original;
    if (same) {
        make_up(originals, original, same->number);
    } else {
        make_up_new(originals, original);
        str_index_put(&originals->by_identity, identity, original);
    }
    if (original->spread != SPREAD_NOWHERE)
        put_into_chain(originals, original);
}

void originals_number(struct originals *originals)
{
    struct original *original = originals->first;

    for (; original && !originals->arena->failed; original = original->next)
        number_one(originals, original);
    originals->failed = originals->failed || originals->arena->failed ||
                        originals->by_text.failed || originals->by_identity.failed;
}

/* ---- replacing ---- */

static bool stands_at(const struct original *original, struct str text, size_t at)
{
    struct str there = str_skip(text, at);

    if (there.n < original->text.n)
        return false;
    there.n = original->text.n;
    return str_equal_ignoring_case(there, original->text) &&
           spread_is_free(original->edge, text, at, there.n);
}

static struct original *original_at(const struct originals *originals, struct str text,
                                    size_t at, enum scope scope)
{
    unsigned char first = (unsigned char)ascii_lower(text.p[at]);
    struct original *original = originals->chains[first];

    for (; original; original = original->shorter)
        if ((scope == SCOPE_TEXT || original->spread == SPREAD_EVERYWHERE) &&
            stands_at(original, text, at))
            return original;
    return NULL;
}

/* The original's replacement, on its way into a recording. */
static struct str take(struct original *original, struct anonymise_counts *counts)
{
    counts->places[original->datum]++;
    if (!original->identity->was_met)
        counts->different[original->datum]++;
    original->identity->was_met = true;
    return original->replacement;
}

struct str originals_replacement(struct originals *originals, struct str text,
                                 struct anonymise_counts *counts)
{
    struct original *original = find(originals, text);

    return original ? take(original, counts) : text;
}

void originals_replace(struct originals *originals, struct str text, enum scope scope,
                       struct buf *out, struct anonymise_counts *counts)
{
    for (size_t at = 0; at < text.n;) {
        struct original *original = original_at(originals, text, at, scope);
        if (original)
            buf_add(out, take(original, counts));
        else
            buf_add_char(out, text.p[at]);
        at += original ? original->text.n : 1;
    }
}

struct originals originals_in(struct arena *arena)
{
    return (struct originals){
        .arena = arena,
        .by_text = str_index_new(ORIGINALS_MAX),
        .by_identity = str_index_new(ORIGINALS_MAX),
        .key = buf_new(LIMIT_ANSWER_BYTES),
    };
}

void originals_free(struct originals *originals)
{
    str_index_free(&originals->by_text);
    str_index_free(&originals->by_identity);
    buf_free(&originals->key);
}
