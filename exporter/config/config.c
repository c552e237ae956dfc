/* config.c - defaults < environment < argv, all mistakes at once.
 *
 * argv is read first: then an option that it said is left alone by the environment, and
 * what nobody said gets its default, so that a list is never a mixture.
 */
#include "config/config.h"

#include <string.h>

#include "config/config_check.h"
#include "config/mistake.h"
#include "config/option_value.h"
#include "config/options.h"
#include "config/station_url.h"

/* All texts of a command line and environment together. */
#define CONFIG_TEXT_BYTES_MAX ((size_t)256 * 1024)

struct loading {
    struct config config;
    enum option_origin origins[OPTIONS_MAX];
    struct buf *mistakes;
};

/* What stands before the last '@' of a value may be a password in a URL. */
static struct str without_credentials(struct str value)
{
    size_t end = value.n;

    while (end && value.p[end - 1] != '@')
        end--;
    return end ? str_skip(value, end - 1) : value;
}

static void refuse(struct loading *loading, const struct option *option,
                   enum option_origin origin, struct str value, const char *reason)
{
    struct str harmless = without_credentials(value);
    struct str shown = mistake_value(harmless);
    const char *hidden = harmless.n < value.n ? "..." : "";
    char variable[OPTION_VARIABLE_MAX];

    option_variable(option, variable);
    if (origin == ORIGIN_ENVIRONMENT)
        mistake_add(loading->mistakes, "%s=%s%.*s (--%.*s): %s", variable, hidden,
                    STR_ARG(shown), STR_ARG(option->name), reason);
    else
        mistake_add(loading->mistakes, "--%.*s%s%s%.*s: %s", STR_ARG(option->name),
                    value.n ? "=" : "", hidden, STR_ARG(shown), reason);
}

static void set(struct loading *loading, const struct option *option,
                enum option_origin origin, struct str value)
{
    struct error error;

    loading->origins[option - option_table] = origin;
    if (option_set(option, value, &loading->config, &error) != ERR_OK)
        refuse(loading, option, origin, value, error.text);
}

static void refuse_unknown(struct loading *loading, struct str argument)
{
    struct str name = str_cut(&argument, '=');
    struct str bare = name;

    while (bare.n && bare.p[0] == '-')
        bare = str_skip(bare, 1);
    struct str nearest = option_nearest(bare);
    struct str shown = mistake_value(name);
    if (nearest.n)
        mistake_add(loading->mistakes, "%.*s: is no flag: did you mean --%.*s?",
                    STR_ARG(shown), STR_ARG(nearest));
    else
        mistake_add(loading->mistakes,
                    "%.*s: is no flag: allowed are those of --help, as --flag=value",
                    STR_ARG(shown));
}

static bool is_repeated(const struct loading *loading, const struct option *option)
{
    return option->kind != OPTION_LIST &&
           loading->origins[option - option_table] == ORIGIN_ARGV;
}

/* Reads the argument at argv[0]; returns how many it took: two where a value stands
 * behind a blank instead of "=", so that this is one mistake and not two. */
static int read_argument(struct loading *loading, int argc, const char *const *argv)
{
    struct str argument = str_from(argv[0]);
    bool is_flag = str_starts_with(argument, STR_OF("--"));
    struct str value = str_skip(argument, is_flag ? 2 : 0);
    bool has_value = str_contains(argument, STR_OF("="));
    const struct option *option = option_find(str_cut(&value, '='));
    bool is_value_behind = argc > 1 && argv[1][0] != '-';

    if (!is_flag || !option) {
        refuse_unknown(loading, argument);
        return 1;
    }
    if (is_repeated(loading, option)) {
        refuse(loading, option, ORIGIN_ARGV, value, "is given twice: allowed once");
        return 1;
    }
    if (has_value || option->argument) {
        set(loading, option, ORIGIN_ARGV, value);
        return !has_value && is_value_behind ? 2 : 1;
    }
    set(loading, option, ORIGIN_ARGV, STR_OF("true"));
    return 1;
}

static struct str find_variable(const char *const *environment, const char *name)
{
    for (size_t i = 0; environment && environment[i]; i++) {
        struct str value = str_from(environment[i]);
        if (str_equal(str_cut(&value, '='), str_from(name)))
            return value;
    }
    return (struct str)STR("");
}

/* An empty variable is one that is not set: compose files write it so. */
static void read_variable(struct loading *loading, const struct option *option,
                          const char *const *environment)
{
    char name[OPTION_VARIABLE_MAX];

    if (option_is_action(option) ||
        loading->origins[option - option_table] != ORIGIN_NOBODY)
        return;
    option_variable(option, name);
    struct str value = find_variable(environment, name);
    if (option->kind != OPTION_LIST && value.n)
        set(loading, option, ORIGIN_ENVIRONMENT, value);
    while (option->kind == OPTION_LIST && value.n)
        set(loading, option, ORIGIN_ENVIRONMENT, str_trim(str_cut(&value, ',')));
}

static void set_defaults(struct loading *loading)
{
    for (size_t i = 0; i < option_count; i++)
        if (loading->origins[i] == ORIGIN_NOBODY && option_table[i].fallback.n)
            set(loading, &option_table[i], ORIGIN_NOBODY, option_table[i].fallback);
}

static void set_default_site(struct config *config)
{
    struct station_url station;

    if (config->site.n || !config->station_url.n ||
        station_url_parse(config->station_url, &station, NULL) != ERR_OK)
        return;
    config->site = station.url.host;
    config->site_is_default = true;
}

/* --help and --version answer in whatever environment they are asked. */
static void load(struct loading *loading, int argc, const char *const *argv,
                 const char *const *environment)
{
    struct config *config = &loading->config;

    for (int i = 0; i < argc;)
        i += read_argument(loading, argc - i, argv + i);
    bool is_asked_about =
        config->action == ACTION_HELP || config->action == ACTION_VERSION;
    for (size_t i = 0; i < option_count && !is_asked_about; i++)
        read_variable(loading, &option_table[i], environment);
    set_defaults(loading);
    set_default_site(config);
    config_check(config, loading->origins, loading->mistakes);
    config_warn(config, loading->origins);
    if (config->arena.failed)
        mistake_add(loading->mistakes, "the options: are too long: allowed %zu bytes",
                    CONFIG_TEXT_BYTES_MAX);
}

enum err config_load(int argc, const char *const *argv, const char *const *environment,
                     struct config *out_config, struct buf *mistakes)
{
    struct loading loading = {.mistakes = mistakes};
    size_t mistakes_before = mistakes->n;

    loading.config.arena = arena_new(CONFIG_TEXT_BYTES_MAX);
    load(&loading, argc, argv, environment);
    if (mistakes->n > mistakes_before || mistakes->failed) {
        config_free(&loading.config);
        return ERR_USAGE;
    }
    *out_config = loading.config;
    return ERR_OK;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    arena_free(&config->arena);
    memset(config, 0, sizeof *config);
}
