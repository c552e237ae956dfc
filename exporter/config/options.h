/* options.h - THE table of options.
 *
 * One row says everything about an option: parser, environment, --help and the docs read
 * it.  A new option is one row here and one field in struct config.
 */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "config/config.h"

/* The order of --help. */
enum option_group {
    GROUP_STATION,
    GROUP_MAP,
    GROUP_SCRAPE,
    GROUP_HTTP, /* only with a station over HTTP */
    GROUP_MQTT, /* only with a station over MQTT */
    GROUP_WEB,
    GROUP_LOG,
    GROUP_ACTION,
    GROUP_END
};

/* What is written behind the "=", and the type of the field. */
enum option_kind {
    OPTION_TEXT,        /* struct str */
    OPTION_LIST,        /* struct str_list: may be given again and again */
    OPTION_COMMA_LIST,  /* struct str_list: once, comma-separated */
    OPTION_DURATION,    /* int64_t, ms */
    OPTION_INTEGER,     /* uint64_t */
    OPTION_FLAG,        /* bool */
    OPTION_CHOICE,      /* an enum; choices in its order */
    OPTION_ACTION,      /* config.action */
    OPTION_ACTION_TEXT, /* config.action, and a struct str */
    OPTION_KIND_END
};

struct option {
    struct str name; /* without the dashes */
    enum option_group group;
    enum option_kind kind;
    size_t offset;              /* of the field in struct config */
    const char *argument;       /* URL, FILE, …; NULL where there is none */
    struct str fallback;        /* the default, as one would write it; "" for none */
    const char *fallback_words; /* the default in words where it is no constant */
    const char *const *choices; /* ended by NULL */
    int64_t min, max;           /* of a duration (ms) or an integer */
    enum action action;
    /* What else is asked of a text, or of each item; NULL where any will do. */
    enum err (*check)(struct str value, struct error *error);
    const char *help;
};

/* At least the rows of the table: for arrays beside it. */
#define OPTIONS_MAX 64

extern const struct option option_table[];
extern const size_t option_count;

/* "Station", … */
const char *option_group_title(enum option_group group);

/* By its name without dashes; NULL if there is none. */
const struct option *option_find(struct str name);

/* The name that was probably meant, or the empty slice. */
struct str option_nearest(struct str name);

bool option_is_action(const struct option *option);

/* VICTRON_EXPORTER_ and the longest name. */
#define OPTION_VARIABLE_MAX 64

/* Writes the name of the option's environment variable, with NUL. */
void option_variable(const struct option *option, char out_name[OPTION_VARIABLE_MAX]);

#endif
