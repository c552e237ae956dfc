/* map_load_test.c - good maps: how files are added, levels and selections, what is asked
 * for, HELP. */
#include "map_input.h"

#define H "\"type\": \"gauge\", \"help\": \"H.\""

/* A built-in map and files added to it. */
struct load {
    const char *built_in[4];
    const char *added[3];
    const char *include, *exclude; /* one device type each */
    enum map_level level;
};

static size_t texts_of(const char *const *json, size_t max, const char *const *names,
                       struct map_text *out_texts)
{
    size_t count = 0;

    for (; count < max && json[count]; count++)
        out_texts[count] =
            (struct map_text){str_from(names[count]), str_from(json[count])};
    return count;
}

static enum err load(const struct load *load, struct metric_map **out_map,
                     struct buf *mistakes)
{
    static const char *const built_in_names[] = {"one.json", "two.json", "three.json",
                                                 "enums/colour.json"};
    static const char *const added_names[] = {"my.json", "your.json", "their.json"};
    struct map_text built_in[4];
    struct map_text added[3];
    const struct str include = str_from(load->include);
    const struct str exclude = str_from(load->exclude);
    const struct map_options options = {
        .built_in = built_in,
        .built_in_count = texts_of(load->built_in, 4, built_in_names, built_in),
        .added = added,
        .added_count = texts_of(load->added, 3, added_names, added),
        .level = load->level,
        .site = STR("home"),
        .include = &include,
        .include_count = load->include != NULL,
        .exclude = &exclude,
        .exclude_count = load->exclude != NULL,
    };

    return metric_map_load(&options, out_map, mistakes);
}

static struct metric_map *loaded(const struct load *options)
{
    struct buf mistakes = buf_new(MAP_TEXT_MAX);
    struct metric_map *map = NULL;

    if (load(options, &map, &mistakes) != ERR_OK)
        fail_msg("%.*s", STR_ARG(buf_str(&mistakes)));
    buf_free(&mistakes);
    return map;
}

/* Which metric each row of the printed map has: "device path metric" or "… -reason". */
static struct buf rows_of(const struct load *options)
{
    struct metric_map *map = loaded(options);
    struct buf printed = buf_new(MAP_TEXT_MAX);
    struct buf rows = buf_new(MAP_TEXT_MAX);

    metric_map_print(map, &printed);
    for (struct str rest = buf_str(&printed); rest.n;) {
        struct str line = str_cut(&rest, '\n');
        struct str fields[24];
        for (size_t i = 0; i < COUNT(fields); i++)
            fields[i] = str_cut(&line, '"');
        bool is_ignored = str_equal(fields[10], STR_OF(":null,"));
        buf_printf(&rows, "%.*s %.*s %s%.*s\n", STR_ARG(fields[3]), STR_ARG(fields[7]),
                   is_ignored ? "-" : "", STR_ARG(fields[is_ignored ? 15 : 11]));
    }
    buf_free(&printed);
    metric_map_free(map);
    return rows;
}

static void check_rows(const struct load *options, const char *expected)
{
    struct buf rows = rows_of(options);

    check_str(buf_str(&rows), expected);
    buf_free(&rows);
}

#define BATTERY                                                                          \
    "{\"device\": \"battery\", \"metrics\": ["                                           \
    "{\"path\": \"/Cell/{cell}/V\", \"metric\": \"victron_battery_cell_volts\"," H "},"  \
    "{\"path\": \"/J\", \"metric\": \"victron_battery_a\", \"json\": \"/a\"," H "},"     \
    "{\"path\": \"/J\", \"metric\": \"victron_battery_b\", \"json\": \"/b\"," H "},"     \
    "{\"path\": \"/Soc\", \"metric\": \"victron_battery_soc\"," H "}],"                  \
    "\"ignore\": [{\"path\": \"/Raw\", \"reason\": \"raw\"}]}"

static void a_file_adds_replaces_and_drops_rows(void **state)
{
    static const struct {
        const char *added, *rows;
    } cases[] = {
        {"", "battery /Cell/{cell}/V victron_battery_cell_volts\n"
             "battery /J victron_battery_a\nbattery /J victron_battery_b\n"
             "battery /Raw -raw\nbattery /Soc victron_battery_soc\n"},
        {"{\"device\":\"battery\",\"path\":\"/Soc\",\"metric\":\"victron_own\"," H "}\n"
         "{\"device\":\"tank\",\"path\":\"/Level\",\"metric\":\"victron_tank_level\"," H
         "}\n",
         "battery /Cell/{cell}/V victron_battery_cell_volts\n"
         "battery /J victron_battery_a\nbattery /J victron_battery_b\n"
         "battery /Raw -raw\nbattery /Soc victron_own\ntank /Level victron_tank_level\n"},
        {"[{\"device\":\"battery\",\"path\":\"/Cell/{_n}/V\",\"metric\":null},"
         "{\"device\":\"battery\",\"path\":\"/J\",\"metric\":null,\"reason\":\"own\"},"
         "{\"device\":\"battery\",\"path\":\"/Raw\",\"metric\":\"victron_raw\"," H "},"
         "{\"device\":\"battery\",\"path\":\"/Soc\",\"metric\":null}]",
         "battery /Cell/{_n}/V -dropped by my.json\nbattery /J -own\n"
         "battery /Raw victron_raw\nbattery /Soc -dropped by my.json\n"},
        {"{\"device\":\"battery\",\"path\":\"/J\",\"json\":\"/b\",\"metric\":"
         "\"victron_own\"," H "} {\"device\":\"battery\",\"path\":\"/J\",\"json\":\"/a\","
         "\"metric\":null}",
         "battery /Cell/{cell}/V victron_battery_cell_volts\nbattery /J victron_own\n"
         "battery /Raw -raw\nbattery /Soc victron_battery_soc\n"},
        {"{\"device\":\"battery\",\"path\":\"/J\",\"metric\":\"victron_own\"," H "}",
         "battery /Cell/{cell}/V victron_battery_cell_volts\nbattery /J victron_own\n"
         "battery /Raw -raw\nbattery /Soc victron_battery_soc\n"},
        {"{\"device\": \"battery\", \"metrics\": [], \"ignore\": [{\"path\": \"/J\", "
         "\"reason\": \"no\"}]}",
         "battery /Cell/{cell}/V victron_battery_cell_volts\nbattery /J -no\n"
         "battery /Raw -raw\nbattery /Soc victron_battery_soc\n"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct load options = {.built_in = {BATTERY}, .added = {cases[i].added}};
        struct load full = options;
        full.level = MAP_FULL;
        check_rows(&full, cases[i].rows);
    }
}

static void a_later_file_wins(void **state)
{
    const struct load options = {
        .built_in = {BATTERY},
        .added = {"{\"device\":\"battery\",\"path\":\"/Soc\",\"metric\":null}",
                  "{\"device\":\"battery\",\"path\":\"/Soc\",\"metric\":\"victron_z\"," H
                  "}"},
        .level = MAP_FULL,
    };
    struct buf rows = rows_of(&options);
    (void)state;

    assert_true(str_ends_with(buf_str(&rows), STR_OF("battery /Soc victron_z\n")));
    buf_free(&rows);
}

#define LEVELS                                                                           \
    "{\"device\": \"battery\", \"importance\": 2, \"metrics\": ["                        \
    "{\"path\": \"/C\", \"metric\": \"victron_c\", \"level\": \"core\"," H "},"          \
    "{\"path\": \"/F\", \"metric\": \"victron_f\", \"level\": \"full\"," H "},"          \
    "{\"path\": \"/S\", \"metric\": \"victron_s\"," H "}]}"
#define ONLY_FULL                                                                        \
    "{\"device\": \"hub4\", \"metrics\": ["                                              \
    "{\"path\": \"/F\", \"metric\": \"victron_hub4_f\", \"level\": \"full\"," H "}]}"
#define SETTINGS                                                                         \
    "{\"device\": \"settings\", \"importance\": 90, \"refresh\": 300, \"metrics\": ["    \
    "{\"path\": \"/S\", \"metric\": \"victron_settings_s\"," H "}]}"

static void a_level_holds_those_below_it(void **state)
{
    static const char *const rows[] = {
        [MAP_CORE] = "battery /C victron_c\n",
        [MAP_STANDARD] = "battery /C victron_c\nbattery /S victron_s\n",
        [MAP_FULL] = "battery /C victron_c\nbattery /F victron_f\nbattery /S victron_s\n",
    };
    (void)state;

    for (int level = MAP_CORE; level <= MAP_FULL; level++) {
        const struct load options = {.built_in = {LEVELS},
                                     .level = (enum map_level)level};
        check_rows(&options, rows[level]);
    }
}

/* "battery 2 0, settings 90 300000; not hub4" */
static void check_wants(const struct load *options, const char *expected)
{
    struct metric_map *map = loaded(options);
    const struct want_list *list = metric_map_wants(map);
    struct buf text = buf_new(MAP_TEXT_MAX);

    for (size_t i = 0; i < list->count; i++)
        buf_printf(&text, "%.*s %d %lld, ", STR_ARG(list->wants[i].device),
                   list->wants[i].importance, (long long)list->wants[i].refresh_ms);
    buf_add_text(&text, "not");
    for (size_t i = 0; i < list->unwanted_count; i++)
        buf_printf(&text, " %.*s", STR_ARG(list->unwanted[i]));
    check_str(buf_str(&text), expected);
    buf_free(&text);
    metric_map_free(map);
}

static void asks_for_what_has_rows_in_use(void **state)
{
    const char *const texts[] = {LEVELS, ONLY_FULL, SETTINGS};
    struct load options = {.built_in = {texts[0], texts[1], texts[2]}, .level = MAP_FULL};
    (void)state;

    check_wants(&options, "battery 2 0, hub4 50 0, settings 90 300000, * 1000 0, not");
    options.level = MAP_STANDARD;
    check_wants(&options, "battery 2 0, settings 90 300000, * 1000 0, not hub4");
    options.exclude = "settings";
    check_wants(&options, "battery 2 0, * 1000 0, not hub4 settings");
    options.exclude = NULL;
    options.include = "battery";
    check_wants(&options, "battery 2 0, not hub4 settings");
    options.include = NULL;
    options.added[0] = "{\"device\": \"settings\", \"refresh\": 60, \"metrics\": []}";
    check_wants(&options, "battery 2 0, settings 90 60000, * 1000 0, not hub4");
}

static void knows_its_device_types(void **state)
{
    static const struct {
        const char *include, *exclude, *mistake;
    } cases[] = {
        {"fridge", NULL,
         "--device.include: device type \"fridge\" is unknown, allowed are battery, "
         "hub4\n"},
        {NULL, "fridge",
         "--device.exclude: device type \"fridge\" is unknown, allowed are battery, "
         "hub4\n"},
        {"*", NULL,
         "--device.include: device type \"*\" is unknown, allowed are battery, hub4\n"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct load options = {.built_in = {LEVELS, ONLY_FULL},
                                     .include = cases[i].include,
                                     .exclude = cases[i].exclude};
        struct buf mistakes = buf_new(MAP_TEXT_MAX);
        struct metric_map *map = NULL;
        assert_int_equal(load(&options, &map, &mistakes), ERR_USAGE);
        assert_null(map);
        check_str(buf_str(&mistakes), cases[i].mistake);
        buf_free(&mistakes);
    }
}

/* HELP of the only family with a value on the page. */
static void check_help(const struct load *options, const char *path, const char *expected)
{
    struct load full = *options;
    full.level = MAP_FULL;
    struct metric_map *map = loaded(&full);
    struct snapshot *snapshot = battery_says(&(struct said){path, number(1)}, 1);
    struct arena arena = arena_new(MAP_PAGE_MAX);
    struct sample_set samples = sample_set_in(&arena);
    struct apply_counts counts;

    metric_map_apply(map, snapshot, &samples, &counts, NULL);
    assert_int_equal(samples.count, 2);
    check_str(samples.samples[0].series->family->help, expected);
    arena_free(&arena);
    snapshot_release(snapshot);
    metric_map_free(map);
}

#define SHARED(path) "{\"path\": \"" path "\", \"metric\": \"victron_a_volts\"," H "}"

static void help_says_where_the_value_comes_from(void **state)
{
    const struct load one = {
        .built_in = {"{\"device\": \"battery\", \"metrics\": [" SHARED("/A") "]}"}};
    const struct load many = {
        .built_in = {"{\"device\": \"battery\", \"metrics\": [" SHARED("/A") "," SHARED(
                         "/B") "," SHARED("/C") "," SHARED("/D") "]}",
                     "{\"device\": \"hub4\", \"metrics\": [" SHARED("/B") "]}"}};
    const struct load states = {
        .built_in = {
            "{\"device\": \"battery\", \"metrics\": [{\"path\": \"/A\", \"metric\": "
            "\"victron_a\", \"enum\": \"colour\"," H "}]}",
            "", "", "{\"10\": \"Red\", \"2\": \"Blue\", \"-1\": \"None\"}"}};
    (void)state;

    check_help(&one, "/A", "H. D-Bus /A.");
    check_help(&many, "/D", "H. D-Bus /A, /B, /C and 1 more.");
    check_help(&states, "/A", "H. D-Bus /A. -1=None, 2=Blue, 10=Red");
}

static void the_built_in_map_is_good_at_every_level(void **state)
{
    (void)state;

    for (int level = MAP_CORE; level <= MAP_FULL; level++) {
        const struct map_options options = {.built_in = metric_map_built_in,
                                            .built_in_count = metric_map_built_in_count,
                                            .level = (enum map_level)level,
                                            .site = STR("home")};
        struct buf mistakes = buf_new(MAP_TEXT_MAX);
        struct metric_map *map = NULL;
        if (metric_map_load(&options, &map, &mistakes) != ERR_OK)
            fail_msg("%.*s", STR_ARG(buf_str(&mistakes)));
        metric_map_free(map);
        buf_free(&mistakes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_adds_replaces_and_drops_rows),
        cmocka_unit_test(a_later_file_wins),
        cmocka_unit_test(a_level_holds_those_below_it),
        cmocka_unit_test(asks_for_what_has_rows_in_use),
        cmocka_unit_test(knows_its_device_types),
        cmocka_unit_test(help_says_where_the_value_comes_from),
        cmocka_unit_test(the_built_in_map_is_good_at_every_level),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
