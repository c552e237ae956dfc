/* authorization_fuzz.c - an Authorization header: what is taken out of it is what a
 * client puts into one.  The same bytes as a duration in the words of Go. */
#include "fuzz.h"
#include "web/basic_credentials.h"
#include "web/go_duration.h"

#define HUNDRED_YEARS_NS (INT64_C(3154) * 1000 * 1000 * 1000 * 1000 * 1000)

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void add_encoded(struct buf *out, struct str text)
{
    for (; text.n; text = str_skip(text, text.n < 3 ? text.n : 3)) {
        uint32_t bits = 0;
        for (size_t i = 0; i < 3; i++)
            bits = bits << 8 | (i < text.n ? (unsigned char)text.p[i] : 0);
        for (size_t i = 0; i < 4; i++)
            buf_add_char(out, i <= text.n ? alphabet[bits >> (18 - 6 * i) & 0x3f] : '=');
    }
}

/* What a client that knows them would send. */
static struct buf header_of(const struct basic_credentials *credentials)
{
    struct buf plain = buf_new(FUZZ_TEXT_MAX);
    struct buf header = buf_new(FUZZ_TEXT_MAX);

    buf_add(&plain, credentials->user);
    buf_add_char(&plain, ':');
    buf_add(&plain, credentials->password);
    buf_add_text(&header, "Basic ");
    add_encoded(&header, buf_str(&plain));
    buf_free(&plain);
    return header;
}

static void try_header(struct str header)
{
    struct buf decoded = buf_new(FUZZ_TEXT_MAX);
    struct buf again_decoded = buf_new(FUZZ_TEXT_MAX);
    struct basic_credentials credentials = {0};
    struct basic_credentials again = {0};

    if (basic_credentials_parse(header, &decoded, &credentials)) {
        CLAIM(!decoded.failed && decoded.n <= header.n);
        CLAIM(fuzz_is_inside(credentials.user, buf_str(&decoded)));
        CLAIM(fuzz_is_inside(credentials.password, buf_str(&decoded)));
        CLAIM(!str_contains(credentials.user, STR_OF(":")));
        struct buf canonical = header_of(&credentials);
        CLAIM(basic_credentials_parse(buf_str(&canonical), &again_decoded, &again));
        CLAIM(str_equal(again.user, credentials.user));
        CLAIM(str_equal(again.password, credentials.password));
        buf_free(&canonical);
    }
    buf_free(&again_decoded);
    buf_free(&decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = fuzz_input(data, size);
    int64_t ns = 0;

    try_header(input);
    if (go_duration_parse(input, &ns))
        CLAIM(ns >= 0 && ns <= HUNDRED_YEARS_NS);
    return 0;
}
