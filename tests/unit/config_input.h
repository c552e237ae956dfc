/* config_input.h - what a user says, for the tests of config_load. */
#ifndef TESTS_UNIT_CONFIG_INPUT_H
#define TESTS_UNIT_CONFIG_INPUT_H

#include "check.h"

#include "config/config.h"

#define WORDS_MAX 8
#define TEXT_MAX ((size_t)64 * 1024)

#define URL "--station.url=http://10.0.0.5"

struct input {
    const char *argv[WORDS_MAX];
    const char *environment[WORDS_MAX];
};

static inline enum err load(const struct input *input, struct config *config,
                            struct buf *mistakes)
{
    int argc = 0;

    while (argc < WORDS_MAX && input->argv[argc])
        argc++;
    return config_load(argc, input->argv, input->environment, config, mistakes);
}

static inline void load_well(const struct input *input, struct config *config)
{
    struct buf mistakes = buf_new(TEXT_MAX);

    if (load(input, config, &mistakes) != ERR_OK)
        fail_msg("refused: %.*s", STR_ARG(buf_str(&mistakes)));
    assert_int_equal(mistakes.n, 0);
    buf_free(&mistakes);
}

#endif
