/* option_value.c - one setter for each kind of option. */
#include "config/option_value.h"

#include <string.h>

#include "base/duration.h"

#define RANGE_TEXT_MAX 64

struct truth {
    struct str word;
    bool is_true;
};

static const struct truth truths[] = {
    {STR("true"), true},
    {STR("false"), false},
    {STR("1"), true},
    {STR("0"), false},
};
#define TRUTH_COUNT (sizeof truths / sizeof *truths)

static void *field_of(const struct option *option, struct config *config)
{
    return (char *)config + option->offset;
}

static enum err set_text(const struct option *option, struct str value,
                         struct config *config, struct error *error)
{
    struct str *field = field_of(option, config);
    enum err outcome = option->check ? option->check(value, error) : ERR_OK;

    if (outcome == ERR_OK)
        *field = arena_copy(&config->arena, value);
    return outcome;
}

static enum err add_item(const struct option *option, struct str value,
                         struct config *config, struct error *error)
{
    struct str_list *list = field_of(option, config);

    if (value.n == 0)
        return error_set(error, ERR_USAGE,
                         "holds an empty item: allowed are items of at "
                         "least one character");
    enum err outcome = option->check ? option->check(value, error) : ERR_OK;
    if (outcome != ERR_OK)
        return outcome;
    if (list->count == CONFIG_LIST_MAX)
        return error_set(error, ERR_USAGE, "is one too many: allowed %d",
                         CONFIG_LIST_MAX);
    list->items[list->count++] = arena_copy(&config->arena, value);
    return ERR_OK;
}

static enum err set_comma_list(const struct option *option, struct str value,
                               struct config *config, struct error *error)
{
    enum err outcome = ERR_OK;

    while (value.n && outcome == ERR_OK)
        outcome = add_item(option, str_trim(str_cut(&value, ',')), config, error);
    return outcome;
}

static enum err refuse_range(const struct option *option, struct error *error)
{
    struct buf range = buf_new(RANGE_TEXT_MAX);

    duration_print(option->min, &range);
    buf_add_text(&range, " to ");
    duration_print(option->max, &range);
    struct str text = buf_str(&range);
    enum err outcome =
        error_set(error, ERR_USAGE, "is out of range: allowed %.*s", STR_ARG(text));
    buf_free(&range);
    return outcome;
}

static enum err set_duration(const struct option *option, struct str value,
                             struct config *config, struct error *error)
{
    int64_t *field = field_of(option, config);
    int64_t ms;

    if (!duration_parse(value, &ms))
        return error_set(error, ERR_USAGE,
                         "is no duration: allowed e.g. 500ms, 10s, 1m30s");
    if (ms < option->min || ms > option->max)
        return refuse_range(option, error);
    *field = ms;
    return ERR_OK;
}

static enum err set_integer(const struct option *option, struct str value,
                            struct config *config, struct error *error)
{
    uint64_t *field = field_of(option, config);
    uint64_t number;

    if (!str_to_unsigned(value, (uint64_t)option->max, &number) ||
        number < (uint64_t)option->min)
        return error_set(error, ERR_USAGE, "allowed a whole number from %lld to %lld",
                         (long long)option->min, (long long)option->max);
    *field = number;
    return ERR_OK;
}

static enum err parse_truth(struct str value, bool *out_truth, struct error *error)
{
    for (size_t i = 0; i < TRUTH_COUNT; i++)
        if (str_equal_ignoring_case(truths[i].word, value)) {
            *out_truth = truths[i].is_true;
            return ERR_OK;
        }
    return error_set(error, ERR_USAGE, "allowed true or false");
}

static enum err set_flag(const struct option *option, struct str value,
                         struct config *config, struct error *error)
{
    return parse_truth(value, field_of(option, config), error);
}

static enum err set_choice(const struct option *option, struct str value,
                           struct config *config, struct error *error)
{
    struct buf allowed = buf_new(ERROR_TEXT_MAX);

    for (unsigned i = 0; option->choices[i]; i++) {
        if (str_equal(str_from(option->choices[i]), value)) {
            memcpy(field_of(option, config), &i, sizeof i);
            buf_free(&allowed);
            return ERR_OK;
        }
        buf_printf(&allowed, "%s%s", i ? ", " : "", option->choices[i]);
    }
    struct str words = buf_str(&allowed);
    enum err outcome = error_set(error, ERR_USAGE, "allowed %.*s", STR_ARG(words));
    buf_free(&allowed);
    return outcome;
}
_Static_assert(sizeof(enum config_level) == sizeof(unsigned) &&
                   sizeof(enum log_level) == sizeof(unsigned) &&
                   sizeof(enum log_format) == sizeof(unsigned),
               "set_choice writes every enum alike");

static enum err set_action(const struct option *option, struct str value,
                           struct config *config, struct error *error)
{
    bool is_wanted = false;
    enum err outcome = parse_truth(value, &is_wanted, error);

    if (outcome == ERR_OK && is_wanted)
        config->action = option->action;
    return outcome;
}

static enum err set_action_text(const struct option *option, struct str value,
                                struct config *config, struct error *error)
{
    config->action = option->action;
    return set_text(option, value, config, error);
}

typedef enum err setter(const struct option *option, struct str value,
                        struct config *config, struct error *error);

enum err option_set(const struct option *option, struct str value, struct config *config,
                    struct error *error)
{
    static setter *const setters[OPTION_KIND_END] = {
        [OPTION_TEXT] = set_text,
        [OPTION_LIST] = add_item,
        [OPTION_COMMA_LIST] = set_comma_list,
        [OPTION_DURATION] = set_duration,
        [OPTION_INTEGER] = set_integer,
        [OPTION_FLAG] = set_flag,
        [OPTION_CHOICE] = set_choice,
        [OPTION_ACTION] = set_action,
        [OPTION_ACTION_TEXT] = set_action_text,
    };

    if (value.n == 0)
        return error_set(error, ERR_USAGE, "needs a value: --%.*s=%s",
                         STR_ARG(option->name),
                         option->argument ? option->argument : "true");
    return setters[option->kind](option, value, config, error);
}
