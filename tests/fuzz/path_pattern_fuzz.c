/* path_pattern_fuzz.c - patterns and paths, a line each: a match rebuilds its path. */
#include "fuzz.h"
#include "map/path_pattern.h"

/* The pattern with its captures filled in is the path again. */
static void claim_rebuilds(const struct path_pattern *pattern,
                           const struct path_captures *captures, struct str path)
{
    struct buf built = buf_new(FUZZ_TEXT_MAX);
    struct path_segment segment;
    size_t used = 0;

    for (struct str rest = pattern->text; path_segment_cut(&rest, &segment);) {
        struct str head = segment.head;
        if (segment.name.n) {
            struct str value = captures->values[used];
            CLAIM(str_equal(captures->names[used++], segment.name));
            CLAIM(value.n && !str_contains(value, STR_OF("/")));
            if (str_equal(segment.name, STR_OF("phase")) &&
                str_ends_with(head, STR_OF("L")))
                head.n--; /* it is in the value */
        }
        buf_add_char(&built, '/');
        buf_add(&built, head);
        buf_add(&built, segment.name.n ? captures->values[used - 1] : segment.tail);
        buf_add(&built, segment.name.n ? segment.tail : STR_OF(""));
    }
    CLAIM(used == captures->count && captures->count == pattern->capture_count);
    CLAIM(str_equal(buf_str(&built), path));
    buf_free(&built);
}

static void try_path(const struct path_pattern *pattern, struct str path)
{
    struct path_captures captures;

    if (!path_pattern_match(pattern, path, &captures))
        return;
    for (size_t i = 0; i < captures.count; i++)
        CLAIM(fuzz_is_inside(captures.values[i], path));
    claim_rebuilds(pattern, &captures, path);
}

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = fuzz_input(data, size);
    struct str first_line = str_cut(&rest, '\n');
    struct path_pattern first = {0};
    bool has_first = path_pattern_parse(first_line, &first, NULL) == ERR_OK;

    CLAIM(!has_first || first.capture_count <= PATH_CAPTURES_MAX);
    while (has_first && rest.n) {
        struct str line = str_cut(&rest, '\n');
        struct path_pattern other = {0};
        struct error error = {0};
        try_path(&first, line);
        if (path_pattern_parse(line, &other, &error) != ERR_OK) {
            CLAIM(error.text[0]);
            continue;
        }
        int order = path_pattern_compare(&first, &other);
        CLAIM(sign(order) == -sign(path_pattern_compare(&other, &first)));
        CLAIM(path_pattern_compare(&other, &other) == 0);
        try_path(&other, first_line);
    }
    return 0;
}
