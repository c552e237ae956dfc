/* options.c - see options.h */
#include "config/options.h"

#include <assert.h>

#include "config/spelling.h"

const char *option_group_title(enum option_group group)
{
    static const char *const titles[GROUP_END] = {
        [GROUP_STATION] = "Station",
        [GROUP_MAP] = "Map",
        [GROUP_SCRAPE] = "Scrape",
        [GROUP_HTTP] = "Station over HTTP",
        [GROUP_MQTT] = "Station over MQTT",
        [GROUP_WEB] = "Web",
        [GROUP_LOG] = "Log",
        [GROUP_ACTION] = "Instead of serving",
    };

    return titles[group];
}

static struct str name_at(size_t i)
{
    return option_table[i].name;
}

const struct option *option_find(struct str name)
{
    for (size_t i = 0; i < option_count; i++)
        if (str_equal(option_table[i].name, name))
            return &option_table[i];
    return NULL;
}

struct str option_nearest(struct str name)
{
    return spelling_nearest(name, name_at, option_count);
}

bool option_is_action(const struct option *option)
{
    return option->group == GROUP_ACTION;
}

void option_variable(const struct option *option, char out_name[OPTION_VARIABLE_MAX])
{
    static const struct str prefix = STR("VICTRON_EXPORTER_");
    size_t n = 0;

    assert(prefix.n + option->name.n < OPTION_VARIABLE_MAX);
    for (; n < prefix.n; n++)
        out_name[n] = prefix.p[n];
    for (size_t i = 0; i < option->name.n; i++) {
        char c = option->name.p[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        out_name[n++] = c == '.' || c == '-' ? '_' : c;
    }
    out_name[n] = '\0';
}
