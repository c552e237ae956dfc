/* map_apply_test.c - what a value becomes: kinds, scaling, refusals, JSON, clashes. */
#include "map_input.h"

#define S "{site=\"home\",device=\"battery\",instance=\"1\""
#define FILE_OF(rows) "{\"device\": \"battery\", \"metrics\": [" rows "]}"
#define H "\"type\": \"gauge\", \"help\": \"H.\""
#define ROW(path, metric, rest)                                                          \
    "{\"path\": \"" path "\", \"metric\": \"" metric "\"," rest "}"

static void a_value_becomes_a_number_or_nothing(void **state)
{
    static const struct {
        const char *keys; /* of the row, behind type and help */
        struct value value;
        const char *number;   /* NULL: no sample */
        enum refusal refusal; /* REFUSAL_END: none */
    } cases[] = {
        {"", {.kind = VALUE_NUMBER, .number = 53.12}, "53.12", REFUSAL_END},
        {"", {.kind = VALUE_NUMBER, .number = -0.0}, "0", REFUSAL_END},
        {"", {.kind = VALUE_NUMBER, .number = 5e-324}, "5e-324", REFUSAL_END},
        {"", {.kind = VALUE_NONE}, NULL, REFUSAL_END},
        {"", {.kind = VALUE_TEXT, .text = STR("")}, NULL, REFUSAL_END},
        {"", {.kind = VALUE_TEXT, .text = STR("81.0")}, NULL, REFUSAL_TYPE},
        {"", {.kind = VALUE_JSON, .text = STR("[1]")}, NULL, REFUSAL_TYPE},
        {",\"scale\": 0.01",
         {.kind = VALUE_NUMBER, .number = 22.9},
         "0.229",
         REFUSAL_END},
        {",\"scale\": 3600000",
         {.kind = VALUE_NUMBER, .number = 1234.567},
         "4444441200",
         REFUSAL_END},
        {",\"scale\": -1", {.kind = VALUE_NUMBER, .number = 4.5}, "-4.5", REFUSAL_END},
        {",\"scale\": 3600000",
         {.kind = VALUE_NUMBER, .number = 1.7976931348623157e308},
         NULL,
         REFUSAL_RANGE},
        {",\"invalid\": [655.35, 32767]",
         {.kind = VALUE_NUMBER, .number = 655.35},
         NULL,
         REFUSAL_END},
        {",\"invalid\": [655.35], \"scale\": 100",
         {.kind = VALUE_NUMBER, .number = 6.5535},
         "655.35",
         REFUSAL_END},
        {",\"absolute\": true, \"scale\": 3600",
         {.kind = VALUE_NUMBER, .number = -1.5},
         "5400",
         REFUSAL_END},
        {",\"values\": {\"ON\": 1, \"OFF\": 0}",
         {.kind = VALUE_TEXT, .text = STR("ON")},
         "1",
         REFUSAL_END},
        {",\"values\": {\"ON\": 1}",
         {.kind = VALUE_TEXT, .text = STR("on")},
         NULL,
         REFUSAL_TYPE},
        {",\"values\": {\"ON\": 1}",
         {.kind = VALUE_TEXT, .text = STR("")},
         NULL,
         REFUSAL_END},
        {",\"values\": {\"ON\": 1}",
         {.kind = VALUE_NUMBER, .number = 1},
         "1",
         REFUSAL_END},
        {",\"values\": {\"ON\": 1}",
         {.kind = VALUE_NUMBER, .number = 2},
         NULL,
         REFUSAL_TYPE},
        {",\"values\": \"decimal\"",
         {.kind = VALUE_TEXT, .text = STR("4243677184")},
         "4243677184",
         REFUSAL_END},
        {",\"values\": \"decimal\", \"scale\": 0.01",
         {.kind = VALUE_TEXT, .text = STR("22.9")},
         "0.229",
         REFUSAL_END},
        {",\"values\": \"decimal\"",
         {.kind = VALUE_TEXT, .text = STR("0x10")},
         NULL,
         REFUSAL_TYPE},
        {",\"values\": \"decimal\"",
         {.kind = VALUE_TEXT, .text = STR("1e999")},
         NULL,
         REFUSAL_RANGE},
        {",\"values\": \"decimal\"",
         {.kind = VALUE_TEXT, .text = STR("")},
         NULL,
         REFUSAL_END},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf map = buf_new(MAP_TEXT_MAX);
        struct buf page = buf_new(MAP_TEXT_MAX);
        struct apply_counts counts;
        buf_printf(&map, FILE_OF(ROW("/A", "victron_a", H "%s")), cases[i].keys);
        buf_add_char(&map, '\0');
        if (cases[i].number)
            buf_printf(&page, "victron_a" S "} %s\n", cases[i].number);
        buf_add_char(&page, '\0');
        check_battery(map.p, &(struct said){"/A", cases[i].value}, 1, page.p, &counts);
        for (int k = 0; k < REFUSAL_END; k++)
            assert_int_equal(counts.refused[k], k == (int)cases[i].refusal);
        buf_free(&page);
        buf_free(&map);
    }
}

static void a_counter_below_zero_is_refused(void **state)
{
    static const struct said said[] = {
        {"/A", {.kind = VALUE_NUMBER, .number = -0.5}},
        {"/B", {.kind = VALUE_NUMBER, .number = 0.5}},
    };
    struct apply_counts counts;
    (void)state;

    check_battery(
        FILE_OF("{\"path\": \"/A\", \"metric\": \"victron_a_total\", \"type\": "
                "\"counter\", \"help\": \"H.\"},{\"path\": \"/B\", \"metric\": "
                "\"victron_b_total\", \"type\": \"counter\", \"help\": \"H.\"}"),
        said, COUNT(said), "victron_b_total" S "} 0.5\n", &counts);
    assert_int_equal(counts.refused[REFUSAL_RANGE], 1);
}

/* 81 % is 0.81 and 22.9 % is 0.229, for all of them. */
static void scaling_is_decimal(void **state)
{
    struct metric_map *map =
        good_map(FILE_OF(ROW("/A", "victron_a_ratio", H ", \"scale\": 0.01")));
    (void)state;

    for (int tenths = 0; tenths <= 1000; tenths++) {
        struct snapshot *snapshot =
            battery_says(&(struct said){"/A", number(tenths / 10.0)}, 1);
        struct arena arena = arena_new(MAP_PAGE_MAX);
        struct sample_set samples = sample_set_in(&arena);
        struct apply_counts counts;
        metric_map_apply(map, snapshot, &samples, &counts, NULL);
        /* One division of whole numbers is the nearest double. */
        if (samples.samples[0].value != (double)tenths / 1000)
            fail_msg("%d tenths are %.17g", tenths, samples.samples[0].value);
        arena_free(&arena);
        snapshot_release(snapshot);
    }
    metric_map_free(map);
}

static void labels_stand_in_order(void **state)
{
    static const struct said said[] = {
        {"/Ac/L1/Cell/7", {.kind = VALUE_NUMBER, .number = 1}},
        {"/J/can0", {.kind = VALUE_JSON, .text = STR("{\"b\":{\"x\":2}}")}},
        {"/S", {.kind = VALUE_NUMBER, .number = 3}},
    };
    struct apply_counts counts;
    (void)state;

    check_battery(
        FILE_OF(ROW(
            "/Ac/L{phase}/Cell/{cell}", "victron_a",
            H ", \"labels\": {\"alarm\": \"a\"}") "," ROW("/J/{port}", "victron_b",
                                                          H
                                                          ", \"labels\": {\"kind\": "
                                                          "\"k\"}, \"json\": "
                                                          "\"/{key}/x\"") "," ROW("/S",
                                                                                  "victro"
                                                                                  "n_s",
                                                                                  H
                                                                                  ", "
                                                                                  "\"scop"
                                                                                  "e\": "
                                                                                  "\"stat"
                                                                                  "ion"
                                                                                  "\"")),
        said, COUNT(said),
        "victron_a" S ",phase=\"L1\",cell=\"7\",alarm=\"a\"} 1\n"
        "victron_b" S ",port=\"can0\",kind=\"k\",key=\"b\"} 2\n"
        "victron_s{site=\"home\"} 3\n",
        &counts);
    assert_int_equal(counts.samples, 4); /* and victron_device_info */
}

static void a_bound_placeholder_takes_its_values_only(void **state)
{
    static const struct said said[] = {
        {"/Day/0/E", {.kind = VALUE_NUMBER, .number = 1}},
        {"/Day/1/E", {.kind = VALUE_NUMBER, .number = 2}},
        {"/Day/10/E", {.kind = VALUE_NUMBER, .number = 3}},
        {"/Ac/L2/E", {.kind = VALUE_NUMBER, .number = 4}},
        {"/Ac/L9/E", {.kind = VALUE_NUMBER, .number = 5}},
    };
    struct apply_counts counts;
    (void)state;

    check_battery(
        FILE_OF(ROW(
            "/Ac/L{phase}/E", "victron_p",
            H ", \"bind\": {\"phase\": [\"L2\"]}") "," ROW("/Day/{day}/E", "victron_d",
                                                           H ", \"bind\": {\"day\": "
                                                             "[\"0\", \"1\"]}")),
        said, COUNT(said),
        "victron_d" S ",day=\"0\"} 1\nvictron_d" S ",day=\"1\"} 2\n"
        "victron_p" S ",phase=\"L2\"} 4\n",
        &counts);
    assert_int_equal(counts.unmapped, 0);
}

static void a_value_that_is_json_is_read(void **state)
{
    static const struct {
        const char *pointer;
        struct value value;
        const char *page;
        enum refusal refusal; /* REFUSAL_END: none */
    } cases[] = {
        {"/0/a",
         {.kind = VALUE_TEXT, .text = STR("[{\"a\": 1.5}]")},
         "victron_j" S "} 1.5\n",
         REFUSAL_END},
        {"/0/a",
         {.kind = VALUE_JSON, .text = STR("[{\"a\": true}]")},
         "victron_j" S "} 1\n",
         REFUSAL_END},
        {"/0/a", {.kind = VALUE_JSON, .text = STR("[{\"a\": null}]")}, "", REFUSAL_END},
        {"/0/a", {.kind = VALUE_JSON, .text = STR("[{\"a\": []}]")}, "", REFUSAL_END},
        {"/0/a", {.kind = VALUE_JSON, .text = STR("[{\"a\": \"\"}]")}, "", REFUSAL_END},
        {"/0/a", {.kind = VALUE_JSON, .text = STR("[{\"b\": 1}]")}, "", REFUSAL_END},
        {"/0/a", {.kind = VALUE_JSON, .text = STR("[1]")}, "", REFUSAL_END},
        {"/0/a", {.kind = VALUE_JSON, .text = STR("[{\"a\": \"x\"}]")}, "", REFUSAL_TYPE},
        {"/0/a",
         {.kind = VALUE_JSON, .text = STR("[{\"a\": {\"b\": 1}}]")},
         "",
         REFUSAL_TYPE},
        {"/0/a", {.kind = VALUE_TEXT, .text = STR("[{\"a\": 1")}, "", REFUSAL_MALFORMED},
        {"/0/a", {.kind = VALUE_TEXT, .text = STR("nonsense")}, "", REFUSAL_MALFORMED},
        {"/0/a", {.kind = VALUE_TEXT, .text = STR("")}, "", REFUSAL_END},
        {"/0/a", {.kind = VALUE_NONE}, "", REFUSAL_END},
        {"/0/a", {.kind = VALUE_NUMBER, .number = 1}, "", REFUSAL_TYPE},
        {"/a~1b/c~0d",
         {.kind = VALUE_TEXT, .text = STR("{\"a/b\": {\"c~d\": 3}}")},
         "victron_j" S "} 3\n",
         REFUSAL_END},
        {"/{i}/soc",
         {.kind = VALUE_JSON, .text = STR("[{\"soc\":1},{},{\"soc\":2}]")},
         "victron_j" S ",i=\"0\"} 1\nvictron_j" S ",i=\"2\"} 2\n",
         REFUSAL_END},
        {"/{i}/{k}",
         {.kind = VALUE_JSON, .text = STR("{\"b\":{\"y\":4},\"a\":{\"x\":3}}")},
         "victron_j" S ",i=\"a\",k=\"x\"} 3\nvictron_j" S ",i=\"b\",k=\"y\"} 4\n",
         REFUSAL_END},
        {"/{i}/v",
         {.kind = VALUE_JSON, .text = STR("{\"password\":{\"v\":1}}")},
         "",
         REFUSAL_END},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf map = buf_new(MAP_TEXT_MAX);
        struct apply_counts counts;
        buf_printf(&map, FILE_OF(ROW("/J", "victron_j", H ", \"json\": \"%s\"")),
                   cases[i].pointer);
        buf_add_char(&map, '\0');
        check_battery(map.p, &(struct said){"/J", cases[i].value}, 1, cases[i].page,
                      &counts);
        for (int k = 0; k < REFUSAL_END; k++)
            assert_int_equal(counts.refused[k], k == (int)cases[i].refusal);
        buf_free(&map);
    }
}

static void json_walks_so_far_and_no_further(void **state)
{
    struct buf value = buf_new(MAP_TEXT_MAX);
    struct apply_counts counts;
    struct metric_map *map =
        good_map(FILE_OF(ROW("/J", "victron_j", H ", \"json\": \"/{i}\"")));
    (void)state;

    for (int i = 0; i < 300; i++)
        buf_printf(&value, "%c%d", i ? ',' : '[', i);
    buf_add_text(&value, "]");
    const struct said said = {"/J", {.kind = VALUE_JSON, .text = buf_str(&value)}};
    struct snapshot *snapshot = battery_says(&said, 1);
    struct buf page = page_of(map, snapshot, false, &counts, NULL);
    assert_int_equal(counts.samples, 256 + 1);
    assert_int_equal(counts.refused[REFUSAL_LIMIT], 1);
    buf_free(&page);
    buf_free(&value);
    snapshot_release(snapshot);
    metric_map_free(map);
}

static void two_paths_of_one_series_clash(void **state)
{
    static const struct said said[] = {
        {"/C", {.kind = VALUE_NUMBER, .number = 3}},
        {"/A", {.kind = VALUE_NUMBER, .number = 1}},
        {"/B", {.kind = VALUE_NUMBER, .number = 2}},
        {"/N", {.kind = VALUE_NONE}},
    };
    struct apply_counts counts;
    (void)state;

    check_battery(FILE_OF(ROW("/A", "victron_a", H) "," ROW("/B", "victron_a", H) "," ROW(
                      "/C", "victron_a", H) "," ROW("/N", "victron_a", H)),
                  said, COUNT(said), "victron_a" S "} 1\n", &counts);
    assert_int_equal(counts.refused[REFUSAL_CLASH], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_becomes_a_number_or_nothing),
        cmocka_unit_test(a_counter_below_zero_is_refused),
        cmocka_unit_test(scaling_is_decimal),
        cmocka_unit_test(labels_stand_in_order),
        cmocka_unit_test(a_bound_placeholder_takes_its_values_only),
        cmocka_unit_test(a_value_that_is_json_is_read),
        cmocka_unit_test(json_walks_so_far_and_no_further),
        cmocka_unit_test(two_paths_of_one_series_clash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
