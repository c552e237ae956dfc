/* json_pointer_fuzz.c - a pointer, a newline, a JSON text: a walk visits what is there,
 * and never more than it may. */
#include "base/arena.h"
#include "fuzz.h"
#include "map/json_pointer.h"

struct walk {
    json_t *root;
    const struct json_pointer *pointer;
    size_t found;
};

/* Following the segments by hand, captures filled in, leads to the same place. */
static void claim_place(void *context, const struct json_captures *captures, json_t *json)
{
    struct walk *walk = context;
    const json_t *at = walk->root;
    size_t used = 0;

    CLAIM(captures->count == walk->pointer->capture_count);
    for (size_t i = 0; i < walk->pointer->segment_count; i++) {
        const struct json_segment *segment = &walk->pointer->segments[i];
        struct str step = segment->text;
        uint64_t index = 0;
        if (segment->is_placeholder) {
            CLAIM(str_equal(captures->names[used], segment->text));
            step = captures->values[used++];
        }
        if (json_is_array(at) && str_to_unsigned(step, SIZE_MAX, &index))
            at = json_array_get(at, (size_t)index);
        else
            at = json_object_get(at, step.p); /* keys and segments end in NUL */
    }
    CLAIM(at == json);
    walk->found++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = fuzz_input(data, size);
    struct str text = str_cut(&rest, '\n');
    struct arena arena = arena_new(FUZZ_TEXT_MAX);
    struct json_pointer pointer = {0};
    struct error error = {0};
    json_t *root = json_loadb(rest.p, rest.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

    if (json_pointer_parse(text, &arena, &pointer, &error) != ERR_OK) {
        CLAIM(error.text[0]);
    } else if (root) {
        struct walk walk = {root, &pointer, 0};
        bool was_whole = json_pointer_walk(&pointer, root, claim_place, &walk);
        CLAIM(pointer.capture_count <= JSON_POINTER_CAPTURES_MAX);
        CLAIM(walk.found <= JSON_POINTER_VISITS_MAX);
        CLAIM(was_whole || pointer.capture_count);
    }
    json_decref(root);
    arena_free(&arena);
    return 0;
}
