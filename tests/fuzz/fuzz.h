/* fuzz.h - what every target shares: claims that end the program, pieces of the input.
 *
 * A target claims what must hold for any bytes at all, not only that nothing crashes.
 * Text inputs are cut at RECORD_END and '\n', which a person can write into a corpus
 * file.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"

#define RECORD_END '\x1e'

/* As much as any target makes of one input. */
#define FUZZ_TEXT_MAX ((size_t)16 * 1024 * 1024)

#define CLAIM(claim) fuzz_claim((claim), #claim, __FILE__, __LINE__)

static inline void fuzz_claim(bool holds, const char *claim, const char *file, int line)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
    abort();
}

static inline struct str fuzz_input(const uint8_t *data, size_t size)
{
    return (struct str){size ? (const char *)data : "", size};
}

/* The next byte, 0 at the end. */
static inline uint8_t fuzz_take_byte(struct str *input)
{
    if (input->n == 0)
        return 0;
    uint8_t byte = (uint8_t)input->p[0];
    *input = str_skip(*input, 1);
    return byte;
}

static inline bool fuzz_is_inside(struct str slice, struct str whole)
{
    return slice.n == 0 || (slice.p >= whole.p && slice.p + slice.n <= whole.p + whole.n);
}

/* A text for a person: not empty, whole lines, none of them empty. */
static inline void fuzz_claim_lines(struct str text)
{
    CLAIM(text.n && str_ends_with(text, STR_OF("\n")));
    while (text.n)
        CLAIM(str_cut(&text, '\n').n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
