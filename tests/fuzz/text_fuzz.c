/* text_fuzz.c - any bytes as a label, a HELP text, a word in HTML: nothing breaks out. */
#include "base/ascii.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "model/limits.h"
#include "pages/html.h"

static struct buf repaired(struct str text)
{
    struct buf out = buf_new(FUZZ_TEXT_MAX);

    utf8_repair(text, &out);
    CLAIM(!out.failed && out.n <= 3 * text.n);
    CLAIM(utf8_is_valid(buf_str(&out)));
    CLAIM(!utf8_is_valid(text) || str_equal(text, buf_str(&out)));
    return out;
}

static void claim_cut(struct str text)
{
    static const size_t maxima[] = {0, 1, 2, 3, 4, 5, 63, LIMIT_LABEL_BYTES};

    for (size_t i = 0; i < sizeof maxima / sizeof *maxima; i++) {
        size_t max = maxima[i] < text.n ? maxima[i] : text.n;
        struct str head = utf8_cut(text, max);
        CLAIM(head.n <= max && max - head.n < 4);
        CLAIM(str_starts_with(text, head) && utf8_is_valid(head));
    }
}

static struct buf unescaped(struct str text)
{
    struct buf out = buf_new(FUZZ_TEXT_MAX);

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\\') {
            CLAIM(++i < text.n);
            buf_add_char(&out, (char)(text.p[i] == 'n' ? '\n' : text.p[i]));
        } else {
            buf_add_char(&out, text.p[i]);
        }
    }
    return out;
}

static void claim_escape(struct str text, void (*escape)(struct str, struct buf *),
                         bool escapes_quotes)
{
    struct buf escaped = buf_new(FUZZ_TEXT_MAX);

    escape(text, &escaped);
    CLAIM(!escaped.failed && !str_contains(buf_str(&escaped), STR_OF("\n")));
    for (size_t i = 0; i < escaped.n && escapes_quotes; i++) {
        if (escaped.p[i] == '\\')
            i++;
        else
            CLAIM(escaped.p[i] != '"');
    }
    struct buf again = unescaped(buf_str(&escaped));
    CLAIM(str_equal(buf_str(&again), text));
    buf_free(&again);
    buf_free(&escaped);
}

static void claim_html(struct str text)
{
    static const struct str entities[] = {STR("&amp;"), STR("&lt;"), STR("&gt;"),
                                          STR("&quot;"), STR("&#39;")};
    struct buf out = buf_new(FUZZ_TEXT_MAX);

    html_add_escaped(&out, text);
    CLAIM(!out.failed && utf8_is_valid(buf_str(&out)));
    for (struct str rest = buf_str(&out); rest.n; rest = str_skip(rest, 1)) {
        bool is_entity = false;
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
            is_entity |= str_starts_with(rest, entities[i]);
        CLAIM((unsigned char)rest.p[0] >= ' ' && rest.p[0] != '<' && rest.p[0] != '>');
        CLAIM(rest.p[0] != '"' && rest.p[0] != '\'');
        CLAIM(rest.p[0] != '&' || is_entity);
    }
    buf_free(&out);
}

static void claim_plain_run(struct str text)
{
    size_t n = ascii_plain_run(text);

    CLAIM(n <= text.n);
    for (size_t i = 0; i < text.n && i <= n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool is_plain = c >= ' ' && c < 0x80 && c != '"' && c != '\\';
        CLAIM(is_plain == (i < n));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = fuzz_input(data, size);
    struct buf good = repaired(text);

    claim_cut(buf_str(&good));
    claim_escape(text, escape_lines, false);
    claim_escape(text, escape_quoted, true);
    claim_html(text);
    claim_plain_run(text);
    buf_free(&good);
    return 0;
}
