/* map_print_test.c - --map.print, --map.check and --station.unmapped. */
#include "map_input.h"

#define DEVICE(rows) "{\"device\": \"battery\", \"metrics\": [" rows "]}"

static struct buf printed(const struct map_text *texts, size_t built_in_count,
                          size_t added_count)
{
    const struct map_options options = {.built_in = texts,
                                        .built_in_count = built_in_count,
                                        .added = texts + built_in_count,
                                        .added_count = added_count,
                                        .level = MAP_FULL,
                                        .site = STR("home")};
    struct buf mistakes = buf_new(MAP_TEXT_MAX);
    struct buf out = buf_new(MAP_PAGE_MAX);
    struct metric_map *map = NULL;

    if (metric_map_load(&options, &map, &mistakes) != ERR_OK)
        fail_msg("%.*s", STR_ARG(buf_str(&mistakes)));
    metric_map_print(map, &out);
    assert_false(out.failed);
    metric_map_free(map);
    buf_free(&mistakes);
    return out;
}

static void prints_a_row_as_promised(void **state)
{
    static const struct {
        const char *row, *line;
    } cases[] = {
        {"{\"path\": \"/Dc/0/Voltage\", \"metric\": \"victron_battery_voltage_volts\", "
         "\"type\": \"gauge\", \"level\": \"core\", \"help\": \"H.\"}",
         "{\"device\":\"battery\",\"path\":\"/Dc/0/Voltage\",\"metric\":"
         "\"victron_battery_voltage_volts\",\"type\":\"gauge\",\"unit\":\"volts\","
         "\"scale\":1,\"labels\":[],\"level\":\"core\",\"ignored\":false,\"help\":\"H.\"}"
         "\n"},
        {"{\"path\": \"/P/L{phase}/{_n}\", \"metric\": \"victron_p_joules_total\", "
         "\"type\": \"counter\", \"scale\": 3.6e6, \"help\": \"\\\"q\\\" \\\\ \\t\", "
         "\"labels\": {\"a\": \"b\", \"c\": \"d\"}, \"bind\": {\"phase\": [\"L1\", "
         "\"L2\"], \"_n\": [\"0\"]}, \"json\": \"/x/{i}\", \"invalid\": [-1, 65.535], "
         "\"absolute\": true, \"scope\": \"station\"}",
         "{\"device\":\"battery\",\"path\":\"/P/L{phase}/{_n}\",\"metric\":"
         "\"victron_p_joules_total\",\"type\":\"counter\",\"unit\":\"joules\",\"scale\":"
         "3600000,\"labels\":[\"phase\",\"a\",\"c\",\"i\"],\"level\":\"standard\","
         "\"ignored\":false,\"help\":\"\\\"q\\\" \\\\ \\u0009\",\"fixed_labels\":{\"a\":"
         "\"b\",\"c\":\"d\"},\"bind\":{\"phase\":[\"L1\",\"L2\"],\"_n\":[\"0\"]},"
         "\"json\":\"/x/{i}\",\"invalid\":[-1,65.535],\"absolute\":true,\"scope\":"
         "\"station\"}\n"},
        {"{\"path\": \"/S\", \"metric\": \"victron_s\", \"type\": \"gauge\", \"help\": "
         "\"H.\", \"enum\": {\"3\": \"Bulk\", \"0\": \"Off\"}, \"values\": {\"on\": 3, "
         "\"off\": 0}}",
         "{\"device\":\"battery\",\"path\":\"/S\",\"metric\":\"victron_s\",\"type\":"
         "\"gauge\",\"unit\":\"\",\"scale\":1,\"labels\":[],\"level\":\"standard\","
         "\"ignored\":false,\"help\":\"H.\",\"enum\":{\"0\":\"Off\",\"3\":\"Bulk\"},"
         "\"values\":{\"on\":3,\"off\":0}}\n"},
        {"{\"path\": \"/E\", \"metric\": \"victron_e_info\", \"type\": \"info\", "
         "\"help\": \"H.\", \"label\": \"id\", \"marks\": {\"level\": {\":e\": \"e\", "
         "\":w\": \"w\"}, \"maker\": {\"dse\": \"DSE\"}}}",
         "{\"device\":\"battery\",\"path\":\"/E\",\"metric\":\"victron_e_info\",\"type\":"
         "\"info\",\"unit\":\"\",\"scale\":1,\"labels\":[\"id\",\"level\",\"maker\"],"
         "\"level\":\"standard\",\"ignored\":false,\"help\":\"H.\",\"label\":\"id\","
         "\"marks\":{\"level\":{\":e\":\"e\",\":w\":\"w\"},\"maker\":{\"dse\":\"DSE\"}}}"
         "\n"},
        {"{\"path\": \"/Raw\", \"metric\": null, \"reason\": \"raw\"}",
         "{\"device\":\"battery\",\"path\":\"/Raw\",\"metric\":null,\"ignored\":true,"
         "\"reason\":\"raw\"}\n"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf json = buf_new(MAP_TEXT_MAX);
        buf_printf(&json, DEVICE("%s"), cases[i].row);
        const struct map_text texts[2] = {{STR("map"), buf_str(&json)},
                                          {STR("added"), str_from(cases[i].line)}};
        struct buf once = printed(texts, 1, 0);
        check_str(buf_str(&once), cases[i].line);
        /* And the line is a row itself. */
        struct buf alone = printed(texts + 1, 1, 0);
        check_str(buf_str(&alone), cases[i].line);
        struct buf twice = printed(texts, 1, 1);
        check_str(buf_str(&twice), cases[i].line);
        buf_free(&twice);
        buf_free(&alone);
        buf_free(&once);
        buf_free(&json);
    }
}

static void the_built_in_map_loads_back_as_printed(void **state)
{
    struct map_text *texts = test_malloc((metric_map_built_in_count + 1) * sizeof *texts);
    (void)state;

    memcpy(texts, metric_map_built_in, metric_map_built_in_count * sizeof *texts);
    struct buf once = printed(texts, metric_map_built_in_count, 0);
    texts[metric_map_built_in_count] = (struct map_text){STR("all"), buf_str(&once)};
    struct buf twice = printed(texts, metric_map_built_in_count, 1);
    assert_true(str_equal(buf_str(&once), buf_str(&twice)));
    buf_free(&twice);
    buf_free(&once);
    test_free(texts);
}

#define H "\"type\": \"gauge\", \"help\": \"H.\""

static void the_summary_names_rows_that_never_match(void **state)
{
    static const struct {
        const char *rows, *never; /* its end; NULL: nothing */
    } cases[] = {
        {"{\"path\": \"/D/{day}\", \"metric\": \"victron_d\", \"bind\": {\"day\": "
         "[\"0\", \"1\"]}," H "},{\"path\": \"/D/0\", \"metric\": \"victron_x\"," H "}",
         NULL},
        {"{\"path\": \"/D/{day}\", \"metric\": \"victron_d\", \"bind\": {\"day\": "
         "[\"0\"]}," H "},{\"path\": \"/D/0\", \"metric\": \"victron_x\"," H "}",
         "map: battery /D/{day}: never matches: a more literal row always wins, or its "
         "bind fits no path\n"},
        {"{\"path\": \"/D/{day}/{k}\", \"metric\": \"victron_d\", \"bind\": {\"day\": "
         "[\"0\"]}," H "},{\"path\": \"/D/0/{z}\", \"metric\": \"victron_x\"," H "}",
         "map: battery /D/{day}/{k}: never matches: a more literal row always wins, or "
         "its bind fits no path\n"},
        {"{\"path\": \"/L{phase}/P\", \"metric\": \"victron_p\", \"bind\": {\"phase\": "
         "[\"1\", \"2\"]}," H "}",
         "map: battery /L{phase}/P: never matches: a more literal row always wins, or "
         "its bind fits no path\n"},
        {"{\"path\": \"/L{phase}/P\", \"metric\": \"victron_p\", \"bind\": {\"phase\": "
         "[\"L1\"]}," H "}",
         NULL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf json = buf_new(MAP_TEXT_MAX);
        struct buf summary = buf_new(MAP_TEXT_MAX);
        struct buf mistakes = buf_new(MAP_TEXT_MAX);
        buf_printf(&json, DEVICE("%s"), cases[i].rows);
        const struct map_text text = {STR("map"), buf_str(&json)};
        const struct map_options options = {
            .built_in = &text, .built_in_count = 1, .level = MAP_FULL};
        struct metric_map *map = NULL;
        assert_int_equal(metric_map_load(&options, &map, &mistakes), ERR_OK);
        metric_map_summary(map, &summary);
        if (cases[i].never)
            assert_true(str_ends_with(buf_str(&summary), str_from(cases[i].never)));
        else
            assert_false(str_contains(buf_str(&summary), STR_OF("never")));
        metric_map_free(map);
        buf_free(&mistakes);
        buf_free(&summary);
        buf_free(&json);
    }
}

static void the_summary_counts(void **state)
{
    struct metric_map *map = good_map(
        "{\"device\": \"battery\", \"metrics\": [{\"path\": \"/A\", \"metric\": "
        "\"victron_a\", \"level\": \"core\"," H "},{\"path\": \"/B\", \"metric\": "
        "\"victron_b\"," H "}], \"ignore\": [{\"path\": \"/C\", \"reason\": \"r\"}]}");
    struct buf summary = buf_new(MAP_TEXT_MAX);
    (void)state;

    metric_map_summary(map, &summary);
    check_str(buf_str(&summary), "1 texts, 1 device types, 3 metrics\n"
                                 "rows: 1 core, 1 standard, 0 full; 2 in use\n"
                                 "paths left out on purpose: 1\n");
    buf_free(&summary);
    metric_map_free(map);
}

static void a_suggestion_is_a_row(void **state)
{
    static const struct {
        struct apply_note note;
        const char *row; /* empty: none */
    } cases[] = {
        {{"unmapped",
          STR("battery"),
          STR("1"),
          STR("/Dc/0/MaxChargeVoltage"),
          {.kind = VALUE_NUMBER},
          false},
         "{\"device\":\"battery\",\"path\":\"/Dc/0/MaxChargeVoltage\",\"metric\":"
         "\"victron_battery_dc_0_max_charge_voltage\",\"type\":\"gauge\",\"help\":"
         "\"Value of dc 0 max charge voltage.\"}\n"},
        {{"unmapped",
          STR("vebus"),
          STR("1"),
          STR("/BMSState"),
          {.kind = VALUE_NONE},
          false},
         "{\"device\":\"vebus\",\"path\":\"/BMSState\",\"metric\":"
         "\"victron_vebus_bms_state\",\"type\":\"gauge\",\"help\":\"Value of bms "
         "state.\"}\n"},
        {{"unmapped",
          STR("fridge"),
          STR("1"),
          STR("/Door_Name"),
          {.kind = VALUE_TEXT},
          false},
         "{\"device\":\"fridge\",\"path\":\"/Door_Name\",\"metric\":"
         "\"victron_fridge_door_name_info\",\"type\":\"info\",\"help\":\"Value of door "
         "name.\",\"label\":\"text\"}\n"},
        {{"unmapped",
          STR("x"),
          STR("1"),
          STR("/Runtime/Minutes"),
          {.kind = VALUE_NUMBER},
          false},
         "{\"device\":\"x\",\"path\":\"/Runtime/Minutes\",\"metric\":"
         "\"victron_x_runtime_minutes_value\",\"type\":\"gauge\",\"help\":\"Value of "
         "runtime minutes.\"}\n"},
        {{"unmapped",
          STR("x"),
          STR("1"),
          STR("/Total/Count"),
          {.kind = VALUE_NUMBER},
          false},
         "{\"device\":\"x\",\"path\":\"/Total/Count\",\"metric\":"
         "\"victron_x_total_count_value\",\"type\":\"gauge\",\"help\":\"Value of total "
         "count.\"}\n"},
        {{"unmapped",
          STR("x"),
          STR("1"),
          STR("/\xc3\xa9"),
          {.kind = VALUE_NUMBER},
          false},
         ""},
        {{"unmapped", STR("x"), STR("1"), STR("/List"), {.kind = VALUE_JSON}, false},
         "{\"device\":\"x\",\"path\":\"/List\",\"metric\":null,\"reason\":\"not a "
         "number\"}\n"},
        {{"unmapped",
          STR("settings"),
          STR("0"),
          STR("/Settings/Name"),
          {.kind = VALUE_TEXT},
          true},
         "{\"device\":\"settings\",\"path\":\"/Settings/Name\",\"metric\":null,"
         "\"reason\":\"not a number\"}\n"},
        {{"unmapped",
          STR("x"),
          STR("1"),
          STR("/Modem/PIN"),
          {.kind = VALUE_NUMBER},
          true},
         ""},
        {{"unmapped", STR("x"), STR("1"), STR("/a{b}"), {.kind = VALUE_NUMBER}, false},
         ""},
        {{"unmapped", STR("x"), STR("1"), STR("/\xff"), {.kind = VALUE_NUMBER}, false},
         ""},
        {{"unmapped", STR("a b"), STR("1"), STR("/A"), {.kind = VALUE_NUMBER}, false},
         ""},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf row = buf_new(MAP_TEXT_MAX);
        struct buf mistakes = buf_new(MAP_TEXT_MAX);
        metric_map_suggest(&cases[i].note, &row);
        check_str(buf_str(&row), cases[i].row);
        buf_add_char(&row, '\0');
        struct metric_map *map = map_of(row.p, MAP_FULL, &mistakes);
        if (cases[i].row[0] && !map)
            fail_msg("%s", mistakes.p);
        metric_map_free(map);
        buf_free(&mistakes);
        buf_free(&row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_a_row_as_promised),
        cmocka_unit_test(the_built_in_map_loads_back_as_printed),
        cmocka_unit_test(the_summary_names_rows_that_never_match),
        cmocka_unit_test(the_summary_counts),
        cmocka_unit_test(a_suggestion_is_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
