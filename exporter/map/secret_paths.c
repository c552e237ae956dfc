/* secret_paths.c - metric_map_is_secret: what no map may make public. */
#include "map/metric_map.h"
#include "map/secret_words.h"

struct device_path {
    struct str device; /* empty: any */
    struct str path;
};

/* Secrets whose names do not say so: lists of networks, passwords being typed. */
static const struct device_path secret_paths[] = {
    {STR("platform"), STR("/Network/Services")},
    {STR("platform"), STR("/Network/SetValue")},
};

/* That there is a key is no key. */
static const struct device_path harmless_paths[] = {
    {STR("platform"), STR("/ModificationChecks/SshKeyForRootPresent")},
};

static bool is_listed(const struct device_path *list, size_t count, struct str device,
                      struct str path)
{
    for (size_t i = 0; i < count; i++)
        if ((str_equal(list[i].device, device) || str_equal(device, STR_OF("*"))) &&
            str_equal(list[i].path, path))
            return true;
    return false;
}

bool metric_map_is_secret(struct str device, struct str path)
{
    if (is_listed(secret_paths, sizeof secret_paths / sizeof *secret_paths, device, path))
        return true;
    if (is_listed(harmless_paths, sizeof harmless_paths / sizeof *harmless_paths, device,
                  path))
        return false;
    return secret_words_in(path);
}
