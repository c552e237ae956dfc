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

static bool has_placeholder(const struct path_pattern *pattern, struct str name)
{
    for (size_t i = 0; i < pattern->segment_count; i++)
        if (str_equal(pattern->segments[i].name, name))
            return true;
    return false;
}

static enum err add_segment(struct path_pattern *pattern, struct path_segment segment,
                            struct error *error)
{
    if (segment.name.n && has_placeholder(pattern, segment.name))
        return error_set(error, ERR_USAGE, "placeholder {%.*s} stands twice in the path",
                         STR_ARG(segment.name));
    if (segment.name.n && pattern->capture_count == PATH_CAPTURES_MAX)
        return error_set(error, ERR_USAGE, "the path has more than %d placeholders",
                         PATH_CAPTURES_MAX);
    pattern->segments[pattern->segment_count++] = segment;
    pattern->capture_count += segment.name.n > 0;
    return ERR_OK;
}

static enum err parse_segment(struct path_pattern *pattern, struct str text,
                              struct error *error)
{
    if (text.n == 0)
        return error_set(error, ERR_USAGE, "the path has an empty segment");

    struct path_segment segment = {.tail = text};
    segment.head = str_cut(&segment.tail, '{');
    bool is_literal = segment.head.n == text.n;
    if (!is_literal)
        segment.name = str_cut(&segment.tail, '}');
    bool is_closed = is_literal || text.p[segment.head.n + 1 + segment.name.n] == '}';
    if (!is_closed || has_brace(segment.head) || has_brace(segment.tail))
        return error_set(error, ERR_USAGE,
                         "segment \"%.*s\" of the path: one {name} is allowed",
                         STR_ARG(text));
    if (!is_literal && !is_placeholder_name(segment.name))
        return error_set(error, ERR_USAGE,
                         "placeholder {%.*s} of the path: allowed are a-z, 0-9 and _, "
                         "a letter first or after one _",
                         STR_ARG(segment.name));
    return add_segment(pattern, segment, error);
}

static size_t count_slashes(struct str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.n; i++)
        count += text.p[i] == '/';
    return count;
}

enum err path_pattern_parse(struct str text, struct arena *arena,
                            struct path_pattern *out_pattern, struct error *error)
{
    struct path_pattern pattern = {.text = text};
    size_t count = count_slashes(text);

    if (!str_starts_with(text, STR_OF("/")))
        return error_set(error, ERR_USAGE, "the path does not begin with a slash");
    if (str_ends_with(text, STR_OF("/")))
        return error_set(error, ERR_USAGE, "the path ends with a slash");
    if (count > PATH_SEGMENTS_MAX)
        return error_set(error, ERR_USAGE, "the path has more than %d segments",
                         PATH_SEGMENTS_MAX);
    pattern.segments = arena_array(arena, count, sizeof *pattern.segments);
    if (!pattern.segments)
        return error_set(error, ERR_MEMORY, "out of memory");
    for (struct str rest = str_skip(text, 1); rest.n;) {
        enum err outcome = parse_segment(&pattern, str_cut(&rest, '/'), error);
        if (outcome != ERR_OK)
            return outcome;
    }
    *out_pattern = pattern;
    return ERR_OK;
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

bool path_pattern_match(const struct path_pattern *pattern, struct str path,
                        struct path_captures *out_captures)
{
    struct path_captures captures = {.count = 0};

    if (!str_starts_with(path, STR_OF("/")) || str_ends_with(path, STR_OF("/")))
        return false;
    struct str rest = str_skip(path, 1);
    for (size_t i = 0; i < pattern->segment_count; i++)
        if (!match_segment(&pattern->segments[i], str_cut(&rest, '/'), &captures))
            return false;
    if (rest.n)
        return false;
    *out_captures = captures;
    return true;
}

static size_t literal_length(const struct path_pattern *pattern)
{
    size_t length = 0;

    for (size_t i = 0; i < pattern->segment_count; i++)
        length += 1 + pattern->segments[i].head.n + pattern->segments[i].tail.n;
    return length;
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

int path_pattern_compare(const struct path_pattern *a, const struct path_pattern *b)
{
    size_t literal_a = literal_length(a);
    size_t literal_b = literal_length(b);

    if (a->capture_count != b->capture_count)
        return a->capture_count < b->capture_count ? -1 : 1;
    if (literal_a != literal_b)
        return literal_a > literal_b ? -1 : 1;
    int order = 0;
    for (size_t i = 0; i < a->segment_count && i < b->segment_count && !order; i++)
        order = compare_segments(&a->segments[i], &b->segments[i]);
    return order ? order
                 : (a->segment_count > b->segment_count) -
                       (a->segment_count < b->segment_count);
}
