/* anonymiser.c - see anonymiser.h */
#include "actions/anonymiser.h"

#include <jansson.h>

#include "actions/json_tree.h"
#include "actions/python_json.h"
#include "base/decimal.h"
#include "source/json_reader.h"

/* Originals, sorted readings and names, twice. */
#define ARENA_MAX ((size_t)256 * 1024 * 1024)

/* A text grows by at most this when all in it is replaced ("RV" by "Name 1234"). */
#define TEXT_GROWTH 8

/* ---- texts ---- */

static size_t all_places(const struct anonymiser *anonymiser)
{
    size_t n = 0;

    for (size_t i = 0; i < DATUM_END; i++)
        n += anonymiser->counts.places[i];
    return n;
}

static struct str replace_within(struct anonymiser *anonymiser, struct str text,
                                 enum scope scope)
{
    buf_clear(&anonymiser->text);
    originals_replace(&anonymiser->originals, text, scope, &anonymiser->text,
                      &anonymiser->counts);
    anonymiser->failed = anonymiser->failed || anonymiser->text.failed;
    return buf_str(&anonymiser->text);
}

static struct str replace_identifiers(struct anonymiser *anonymiser, struct str name)
{
    if (!anonymiser->is_learning)
        return replace_within(anonymiser, name, SCOPE_TECHNICAL);
    originals_add_identifiers(&anonymiser->originals, name);
    return name;
}

/* What stands in a text that is not personal as a whole. */
static struct str replace_part(struct anonymiser *anonymiser, struct str text,
                               enum scope scope)
{
    if (!anonymiser->is_learning)
        return replace_within(anonymiser, text, scope);
    originals_add_addresses(&anonymiser->originals, text);
    return text;
}

/* *text is good until the next one.  False: it is left out. */
static bool replace_text(struct anonymiser *anonymiser, enum datum datum,
                         struct str *text)
{
    switch (datum) {
    case DATUM_VERSION:
        return true;
    case DATUM_TEXT:
    case DATUM_TECHNICAL:
        *text = replace_part(anonymiser, *text,
                             datum == DATUM_TEXT ? SCOPE_TEXT : SCOPE_TECHNICAL);
        return true;
    case DATUM_PORTAL_ID:
    case DATUM_VIN:
    case DATUM_SERIAL:
    case DATUM_MAC:
    case DATUM_IPV6:
    case DATUM_IPV4:
    case DATUM_MAIL:
    case DATUM_NAME:
    case DATUM_MESSAGE:
        if (anonymiser->is_learning)
            originals_add(&anonymiser->originals, datum, *text);
        else
            *text =
                originals_replacement(&anonymiser->originals, *text, &anonymiser->counts);
        return true;
    case DATUM_POSITION:
    case DATUM_SECRET:
    case DATUM_SETTING:
    case DATUM_END:
        break;
    }
    anonymiser->counts.places[datum]++;
    return false;
}

/* ---- numbers ---- */

/* A serial that is a number becomes the number of its replacement. */
static double replace_serial_number(struct anonymiser *anonymiser, double number)
{
    char digits[DECIMAL_TEXT_MAX];
    struct str text = {digits, decimal_print(number, digits)};
    uint64_t replacement = 0;

    (void)replace_text(anonymiser, DATUM_SERIAL, &text);
    if (anonymiser->is_learning || !str_to_unsigned(text, UINT32_MAX, &replacement))
        return number;
    return (double)replacement;
}

static double replace_number(struct anonymiser *anonymiser, enum datum datum,
                             double number)
{
    if (datum == DATUM_SERIAL)
        return replace_serial_number(anonymiser, number);
    if (datum != DATUM_POSITION)
        return number;
    anonymiser->counts.places[DATUM_POSITION]++;
    return personal_path_position(buf_str(&anonymiser->path));
}

/* ---- JSON ---- */

static json_t *replace_json(struct anonymiser *anonymiser, json_t *json,
                            enum datum outer);

/* The value at one more segment of the path. */
static json_t *replace_member(struct anonymiser *anonymiser, struct str segment,
                              json_t *json, enum datum outer)
{
    size_t length = anonymiser->path.n;

    buf_add_char(&anonymiser->path, '/');
    buf_add(&anonymiser->path, segment);
    anonymiser->failed = anonymiser->failed || anonymiser->path.failed;
    json_t *replaced = replace_json(anonymiser, json, outer);
    anonymiser->path.n = length;
    return replaced;
}

static json_t *replace_array(struct anonymiser *anonymiser, json_t *json,
                             enum datum datum)
{
    json_t *replaced = json_array();

    for (size_t i = 0; i < json_array_size(json); i++) {
        struct str segment = arena_printf(&anonymiser->arena, "%zu", i);
        json_t *item = json_array_get(json, i);
        if (json_array_append_new(replaced,
                                  replace_member(anonymiser, segment, item, datum)))
            anonymiser->failed = true;
    }
    return replaced;
}

static json_t *replace_object(struct anonymiser *anonymiser, json_t *json,
                              enum datum datum)
{
    json_t *replaced = json_object();
    void *at = json_object_iter(json);

    for (; at; at = json_object_iter_next(json, at)) {
        struct str key = str_from(json_object_iter_key(at));
        struct str new_key =
            arena_copy(&anonymiser->arena, replace_identifiers(anonymiser, key));
        json_t *item = replace_member(anonymiser, key, json_object_iter_value(at), datum);
        if (json_object_set_new(replaced, new_key.p, item))
            anonymiser->failed = true;
    }
    return replaced;
}

static json_t *replace_json_text(struct anonymiser *anonymiser, json_t *json,
                                 enum datum datum)
{
    struct str text = {json_string_value(json), json_string_length(json)};

    return replace_text(anonymiser, datum, &text) ? json_stringn(text.p, text.n)
                                                  : json_null();
}

/* A member that no row speaks of is what the structure around it is. */
static json_t *replace_json(struct anonymiser *anonymiser, json_t *json, enum datum outer)
{
    enum datum datum =
        personal_path_datum(anonymiser->device, buf_str(&anonymiser->path));

    if (datum == DATUM_TEXT)
        datum = outer;
    if (datum == DATUM_SECRET) {
        anonymiser->counts.places[DATUM_SECRET]++;
        return json_null();
    }
    if (json_is_object(json))
        return replace_object(anonymiser, json, datum);
    if (json_is_array(json))
        return replace_array(anonymiser, json, datum);
    if (json_is_string(json))
        return replace_json_text(anonymiser, json, datum);
    if (json_is_number(json))
        return json_real(replace_number(anonymiser, datum, json_number_value(json)));
    return json_incref(json);
}

/* ---- values ---- */

/* An empty text was nothing to leave out. */
static struct value leave_out(struct anonymiser *anonymiser, enum datum datum,
                              struct value value)
{
    if (value.kind != VALUE_TEXT || value.text.n)
        anonymiser->counts.places[datum]++;
    return (struct value){.kind = VALUE_NONE};
}

static struct value replace_structure(struct anonymiser *anonymiser, json_t *json,
                                      enum datum datum, struct value value)
{
    size_t places = all_places(anonymiser);
    json_t *replaced = replace_json(anonymiser, json, datum);

    anonymiser->failed = anonymiser->failed || !replaced;
    if (replaced && places != all_places(anonymiser)) {
        buf_clear(&anonymiser->text);
        python_json_add(replaced, PYTHON_JSON_FLAT, &anonymiser->text);
        anonymiser->failed = anonymiser->failed || anonymiser->text.failed;
        value.text = buf_str(&anonymiser->text);
    }
    json_decref(replaced);
    return value;
}

/* A text that is no JSON fails to parse and is an ordinary one, as is a version. */
static struct value replace_any_text(struct anonymiser *anonymiser, enum datum datum,
                                     struct value value)
{
    bool may_be_json = str_starts_with(value.text, STR_OF("{")) ||
                       str_starts_with(value.text, STR_OF("["));
    json_t *json = NULL;
    enum err outcome = may_be_json ? json_tree_read(value.text, &json) : ERR_MALFORMED;

    /* Somebody may stand in what could not be read. */
    anonymiser->arena.failed |= outcome == ERR_MEMORY || outcome == ERR_TOO_LARGE;
    if (json)
        value = replace_structure(anonymiser, json, datum, value);
    else if (value.kind == VALUE_JSON || !replace_text(anonymiser, datum, &value.text))
        value = (struct value){.kind = VALUE_NONE};
    json_decref(json);
    return value;
}

void anonymiser_init(struct anonymiser *anonymiser)
{
    *anonymiser = (struct anonymiser){
        .arena = arena_new(ARENA_MAX),
        .is_learning = true,
        .path = buf_new(JSON_TEXT_BYTES_MAX),
        .text = buf_new(TEXT_GROWTH * LIMIT_ANSWER_BYTES),
    };
    anonymiser->originals = originals_in(&anonymiser->arena);
}

void anonymiser_turn(struct anonymiser *anonymiser)
{
    originals_number(&anonymiser->originals);
    anonymiser->is_learning = false;
    anonymiser->counts = (struct anonymise_counts){0};
}

struct str anonymiser_name(struct anonymiser *anonymiser, struct str name)
{
    return replace_identifiers(anonymiser, name);
}

struct value anonymiser_value(struct anonymiser *anonymiser, struct str path,
                              struct value value)
{
    buf_clear(&anonymiser->path);
    buf_add(&anonymiser->path, path);
    enum datum datum =
        personal_path_datum(anonymiser->device, buf_str(&anonymiser->path));
    bool is_setting = str_equal(anonymiser->device, STR_OF("settings"));

    if (value.kind == VALUE_NONE)
        return value;
    if (datum == DATUM_SECRET)
        return leave_out(anonymiser, DATUM_SECRET, value);
    if (value.kind == VALUE_NUMBER) {
        value.number = replace_number(anonymiser, datum, value.number);
        return value;
    }
    if (!is_setting)
        return replace_any_text(anonymiser, datum, value);
    if (anonymiser->is_learning)
        (void)replace_any_text(anonymiser, datum, value);
    return leave_out(anonymiser, DATUM_SETTING, value);
}

void anonymiser_free(struct anonymiser *anonymiser)
{
    originals_free(&anonymiser->originals);
    buf_free(&anonymiser->path);
    buf_free(&anonymiser->text);
    arena_free(&anonymiser->arena);
}
