/* path_pattern.c - see path_pattern.h */
#include "map/path_pattern.h"

#include <string.h>

#include "base/ascii.h"

/* What may be a label in snake case; a leading '_' says that it is none. */
static bool is_placeholder_name(struct str name)
{
    if (str_starts_with(name, STR_OF("_")))
        name = str_skip(name, 1);
    for (size_t i = 0; i < name.n; i++)
        if (!ascii_is_snake(name.p[i]))
            return false;
    return name.n && ascii_is_lower(name.p[0]);
}

static bool has_brace(struct str s)
{
    return s.n && (memchr(s.p, '{', s.n) || memchr(s.p, '}', s.n));
}

/* Whatever it is, well-formed or not: text is what stands between two slashes. */
static struct path_segment segment_of(struct str text)
{
    struct path_segment segment = {.tail = text};

    segment.head = str_cut(&segment.tail, '{');
    if (segment.head.n < text.n)
        segment.name = str_cut(&segment.tail, '}');
    return segment;
}

bool path_segment_cut(struct str *rest, struct path_segment *out_segment)
{
    if (str_starts_with(*rest, STR_OF("/")))
        *rest = str_skip(*rest, 1);
    if (rest->n == 0)
        return false;
    *out_segment = segment_of(str_cut(rest, '/'));
    return true;
}

/* Among the segments before it. */
static bool has_placeholder(struct str before, struct str name)
{
    struct path_segment segment;

    while (path_segment_cut(&before, &segment))
        if (str_equal(segment.name, name))
            return true;
    return false;
}

static enum err check_segment(struct str text, struct error *error)
{
    const struct path_segment segment = segment_of(text);
    bool is_literal = segment.head.n == text.n;

    if (text.n == 0)
        return error_set(error, ERR_USAGE, "the path has an empty segment");
    bool is_closed = is_literal || segment.head.n + 1 + segment.name.n < text.n;
    if (!is_closed || has_brace(segment.head) || has_brace(segment.tail))
        return error_set(error, ERR_USAGE,
                         "segment \"%.*s\" of the path: one {name} is allowed",
                         STR_ARG(text));
    if (!is_literal && !is_placeholder_name(segment.name))
        return error_set(error, ERR_USAGE,
                         "placeholder {%.*s} of the path: allowed are a-z, 0-9 and _, "
                         "a letter first or after one _",
                         STR_ARG(segment.name));
    return ERR_OK;
}

static enum err add_segment(struct path_pattern *pattern, struct str before,
                            struct path_segment segment, struct error *error)
{
    if (segment.name.n && has_placeholder(before, segment.name))
        return error_set(error, ERR_USAGE, "placeholder {%.*s} stands twice in the path",
                         STR_ARG(segment.name));
    if (segment.name.n && pattern->capture_count == PATH_CAPTURES_MAX)
        return error_set(error, ERR_USAGE, "the path has more than %d placeholders",
                         PATH_CAPTURES_MAX);
    pattern->literal_count += (unsigned)(1 + segment.head.n + segment.tail.n);
    pattern->capture_count += segment.name.n > 0;
    return ERR_OK;
}

static size_t count_slashes(struct str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.n; i++)
        count += text.p[i] == '/';
    return count;
}

static enum err check_ends(struct str text, struct error *error)
{
    if (!str_starts_with(text, STR_OF("/")))
        return error_set(error, ERR_USAGE, "the path does not begin with a slash");
    if (str_ends_with(text, STR_OF("/")))
        return error_set(error, ERR_USAGE, "the path ends with a slash");
    if (count_slashes(text) > PATH_SEGMENTS_MAX)
        return error_set(error, ERR_USAGE, "the path has more than %d segments",
                         PATH_SEGMENTS_MAX);
    return ERR_OK;
}

enum err path_pattern_parse(struct str text, struct path_pattern *out_pattern,
                            struct error *error)
{
    struct path_pattern pattern = {.text = text};
    enum err outcome = check_ends(text, error);

    for (struct str rest = str_skip(text, text.n > 0); outcome == ERR_OK && rest.n;) {
        const struct str before = {text.p, (size_t)(rest.p - text.p)};
        struct str segment = str_cut(&rest, '/');
        outcome = check_segment(segment, error);
        if (outcome == ERR_OK)
            outcome = add_segment(&pattern, before, segment_of(segment), error);
    }
    if (outcome == ERR_OK)
        *out_pattern = pattern;
    return outcome;
}

/* Phases are called L1 to L3 everywhere, also where the path has the L as literal text.
 */
static bool keeps_letter(const struct path_segment *segment)
{
    return str_equal(segment->name, STR_OF("phase")) &&
           str_ends_with(segment->head, STR_OF("L"));
}

static bool match_segment(const struct path_segment *segment, struct str text,
                          struct path_captures *captures)
{
    if (segment->name.n == 0)
        return str_equal(segment->head, text);
    if (text.n <= segment->head.n + segment->tail.n ||
        !str_starts_with(text, segment->head) || !str_ends_with(text, segment->tail))
        return false;
    struct str value = str_skip(text, segment->head.n - keeps_letter(segment));
    value.n -= segment->tail.n;
    captures->names[captures->count] = segment->name;
    captures->values[captures->count++] = value;
    return true;
}

/* Up to the first placeholder; most patterns of a device differ early from a path. */
static bool begins_alike(struct str pattern, struct str path)
{
    for (size_t i = 0; i < pattern.n && pattern.p[i] != '{'; i++)
        if (i == path.n || pattern.p[i] != path.p[i])
            return false;
    return true;
}

bool path_pattern_match(const struct path_pattern *pattern, struct str path,
                        struct path_captures *out_captures)
{
    struct path_captures captures = {.count = 0};
    struct path_segment segment;

    if (!begins_alike(pattern->text, path) || str_ends_with(path, STR_OF("/")))
        return false;
    struct str rest = str_skip(path, 1);
    for (struct str left = pattern->text; path_segment_cut(&left, &segment);)
        if (!match_segment(&segment, str_cut(&rest, '/'), &captures))
            return false;
    if (rest.n)
        return false;
    *out_captures = captures;
    return true;
}

/* What placeholders are called makes no difference: "/{a}/X" and "/{b}/X" are one path.
 */
static int compare_segments(const struct path_segment *a, const struct path_segment *b)
{
    int order = str_compare(a->head, b->head);

    if (order == 0)
        order = (a->name.n > 0) - (b->name.n > 0);
    return order ? order : str_compare(a->tail, b->tail);
}

static int compare_texts(struct str a, struct str b)
{
    struct path_segment segment_a, segment_b;

    for (;;) {
        bool has_a = path_segment_cut(&a, &segment_a);
        bool has_b = path_segment_cut(&b, &segment_b);
        if (!has_a || !has_b)
            return has_a - has_b;
        int order = compare_segments(&segment_a, &segment_b);
        if (order)
            return order;
    }
}

int path_pattern_compare(const struct path_pattern *a, const struct path_pattern *b)
{
    if (a->capture_count != b->capture_count)
        return a->capture_count < b->capture_count ? -1 : 1;
    if (a->literal_count != b->literal_count)
        return a->literal_count > b->literal_count ? -1 : 1;
    return a->capture_count ? compare_texts(a->text, b->text)
                            : str_compare(a->text, b->text);
}
