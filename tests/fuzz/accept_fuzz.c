/* accept_fuzz.c - two headers, a line each: an answer is always found, whatever the case.
 */
#include "fuzz.h"
#include "render/exposition.h"
#include "server/compression.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct buf in_other_case(struct str text)
{
    struct buf out = buf_new(FUZZ_TEXT_MAX);

    for (size_t i = 0; i < text.n; i++)
        buf_add_char(&out, is_letter(text.p[i]) ? (char)(text.p[i] ^ 0x20) : text.p[i]);
    return out;
}

/* A header that names nothing we have makes no difference behind another. */
static struct buf with_nonsense(struct str text)
{
    struct buf out = buf_new(FUZZ_TEXT_MAX);

    buf_add_text(&out, "application/nonsense;q=1,");
    buf_add(&out, text);
    return out;
}

static size_t count_commas(struct str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.n; i++)
        count += text.p[i] == ',';
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = fuzz_input(data, size);
    struct str accept = str_cut(&rest, '\n');
    struct str encoding = str_cut(&rest, '\n');
    const struct renderer *renderer = renderer_for(accept);
    struct buf accept_other = in_other_case(accept);
    struct buf encoding_other = in_other_case(encoding);
    struct buf longer = with_nonsense(accept);

    CLAIM(renderer == &text_renderer || renderer == &openmetrics_renderer ||
          renderer == &openmetrics_draft_renderer);
    if (renderer != &text_renderer)
        CLAIM(accept.n >= sizeof "application/openmetrics-text" - 1);
    CLAIM(renderer_for(buf_str(&accept_other)) == renderer);
    if (count_commas(accept) < 16)
        CLAIM(renderer_for(buf_str(&longer)) == renderer);
    CLAIM(compression_is_accepted(buf_str(&encoding_other)) ==
          compression_is_accepted(encoding));
    buf_free(&longer);
    buf_free(&encoding_other);
    buf_free(&accept_other);
    return 0;
}
