/* json_pointer.c - see json_pointer.h */
#include "map/json_pointer.h"

#include <stdint.h>

#include "base/decimal.h"
#include "map/metric_name.h"

/* ~0 is a tilde, ~1 a slash.  The copy ends in NUL, as jansson wants its keys. */
static struct str unescape(struct str text, struct arena *arena)
{
    char *plain = arena_alloc(arena, text.n + 1);
    size_t n = 0;

    for (size_t i = 0; plain && i < text.n; i++) {
        bool is_escape = text.p[i] == '~' && i + 1 < text.n;
        i += is_escape;
        plain[n++] = !is_escape ? text.p[i] : text.p[i] == '1' ? '/' : '~';
    }
    return (struct str){plain ? plain : "", n};
}

static bool is_braced(struct str text)
{
    return text.n > 2 && text.p[0] == '{' && text.p[text.n - 1] == '}';
}

static enum err parse_segment(struct str text, struct arena *arena,
                              struct json_pointer *pointer, struct error *error)
{
    if (text.n == 0 || pointer->segment_count == JSON_POINTER_SEGMENTS_MAX)
        return error_set(
            error, ERR_USAGE,
            "json pointer \"%.*s\": allowed are 1 to %d segments, none empty",
            STR_ARG(pointer->text), JSON_POINTER_SEGMENTS_MAX);
    struct json_segment *segment = &pointer->segments[pointer->segment_count++];
    segment->is_placeholder = is_braced(text);
    if (!segment->is_placeholder) {
        segment->text = unescape(text, arena);
        return ERR_OK;
    }
    segment->text = (struct str){text.p + 1, text.n - 2};
    pointer->capture_count++;
    if (!label_name_is_good(segment->text) ||
        pointer->capture_count > JSON_POINTER_CAPTURES_MAX)
        return error_set(error, ERR_USAGE,
                         "json pointer \"%.*s\": allowed are %d placeholders named in "
                         "snake case",
                         STR_ARG(pointer->text), JSON_POINTER_CAPTURES_MAX);
    return ERR_OK;
}

enum err json_pointer_parse(struct str text, struct arena *arena,
                            struct json_pointer *out_pointer, struct error *error)
{
    struct json_pointer pointer = {.text = text};

    if (!str_starts_with(text, STR_OF("/")) || str_ends_with(text, STR_OF("/")))
        return error_set(error, ERR_USAGE,
                         "json pointer \"%.*s\": it begins with a slash and does not end "
                         "with one",
                         STR_ARG(text));
    for (struct str rest = str_skip(text, 1); rest.n;) {
        enum err outcome = parse_segment(str_cut(&rest, '/'), arena, &pointer, error);
        if (outcome != ERR_OK)
            return outcome;
    }
    *out_pointer = pointer;
    return ERR_OK;
}

struct walk {
    const struct json_pointer *pointer;
    void (*found)(void *context, const struct json_captures *captures, json_t *json);
    void *context;
    struct json_captures captures;
    size_t visits;
};

/* One member, NULL if there is none; name ends in NUL. */
static json_t *member(json_t *json, struct str name)
{
    uint64_t index;

    if (json_is_object(json))
        return json_object_get(json, name.p);
    if (json_is_array(json) && str_to_unsigned(name, SIZE_MAX, &index))
        return json_array_get(json, (size_t)index);
    return NULL;
}

static void visit(struct walk *walk, json_t *json, size_t depth);

static void visit_child(struct walk *walk, struct str name, json_t *child, size_t depth)
{
    if (walk->visits++ >= JSON_POINTER_VISITS_MAX)
        return;
    struct json_captures *captures = &walk->captures;
    captures->names[captures->count] = walk->pointer->segments[depth].text;
    captures->values[captures->count++] = name;
    visit(walk, child, depth + 1);
    captures->values[--captures->count] = STR_OF("");
}

static void visit_children(struct walk *walk, json_t *json, size_t depth)
{
    const char *key;
    json_t *child;
    size_t index;

    json_array_foreach(json, index, child)
    {
        char text[DECIMAL_TEXT_MAX];
        struct str name = {text, decimal_print((double)index, text)};
        visit_child(walk, name, child, depth);
    }
    json_object_foreach(json, key, child)
    {
        visit_child(walk, str_from(key), child, depth);
    }
}

/* As deep as the pointer has segments, no deeper. */
static void visit(struct walk *walk, json_t *json, size_t depth)
{
    if (!json)
        return;
    if (depth == walk->pointer->segment_count)
        walk->found(walk->context, &walk->captures, json);
    else if (walk->pointer->segments[depth].is_placeholder)
        visit_children(walk, json, depth);
    else
        visit(walk, member(json, walk->pointer->segments[depth].text), depth + 1);
}

bool json_pointer_walk(const struct json_pointer *pointer, json_t *root,
                       void (*found)(void *context, const struct json_captures *captures,
                                     json_t *json),
                       void *context)
{
    struct walk walk = {.pointer = pointer, .found = found, .context = context};

    visit(&walk, root, 0);
    return walk.visits <= JSON_POINTER_VISITS_MAX;
}
