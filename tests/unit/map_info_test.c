/* map_info_test.c - texts that become labels. */
#include "map_input.h"

#include "map/metric_map_parts.h"

#include <stdio.h>

#define ANY                                                                              \
    "{\"device\": \"*\", \"metrics\": ["                                                 \
    "{\"path\": \"/CustomName\", \"metric\": \"victron_device_info\", \"type\": "        \
    "\"info\", \"label\": \"custom_name\", \"help\": \"Who.\"},"                         \
    "{\"path\": \"/Devices/0/Serial\", \"metric\": \"victron_device_info\", \"type\": "  \
    "\"info\", \"label\": \"serial\", \"help\": \"Who.\"},"                              \
    "{\"path\": \"/Error/{_n}/Id\", \"metric\": \"victron_device_error_info\", "         \
    "\"type\": \"info\", \"label\": \"error_id\", \"marks\": {\"level\": {\":e-\": "     \
    "\"error\", \":w-\": \"warning\"}}, \"help\": \"Errors.\"},"                         \
    "{\"path\": \"/ProductId\", \"metric\": \"victron_device_info\", \"type\": "         \
    "\"info\", \"label\": \"product_id\", \"invalid\": [65535], \"help\": \"Who.\"},"    \
    "{\"path\": \"/Serial\", \"metric\": \"victron_device_info\", \"type\": \"info\", "  \
    "\"label\": \"serial\", \"help\": \"Who.\"}]},"
#define PLATFORM                                                                         \
    "{\"device\": \"platform\", \"metrics\": ["                                          \
    "{\"path\": \"/Device/Model\", \"metric\": \"victron_station_info\", \"type\": "     \
    "\"info\", \"label\": \"model\", \"scope\": \"station\", \"help\": \"GX.\"},"        \
    "{\"path\": \"/J\", \"metric\": \"victron_platform_port_info\", \"type\": "          \
    "\"info\", \"json\": \"/{port}/name\", \"label\": \"name\", \"help\": \"P.\"},"      \
    "{\"path\": \"/Serial\", \"metric\": \"victron_station_info\", \"type\": "           \
    "\"info\", \"label\": \"portal_id\", \"scope\": \"station\", \"help\": \"GX.\"}]}"
#define MAP "[" ANY PLATFORM "]"

static void check_page(struct metric_map *map, const char *device,
                       const struct said *said, size_t count, const char *expected,
                       struct apply_counts *counts)
{
    struct snapshot *snapshot = snapshot_new();

    add_report(snapshot, "com.victronenergy.x", device, "1", said, count);
    struct buf page = page_of(map, snapshot, true, counts, NULL);
    check_str(buf_str(&page), expected);
    buf_free(&page);
    snapshot_release(snapshot);
}

#define IDENTITY(device, product_id, custom_name, serial)                                \
    "victron_device_info{site=\"home\",device=\"" device                                 \
    "\",instance=\"1\",service=\"com.victronenergy.x\",product_name=\"\",product_id="    \
    "\"" product_id "\",custom_name=\"" custom_name "\",serial=\"" serial                \
    "\",firmware_version=\"\",hardware_version=\"\",connection=\"\"} 1\n"

static void every_device_has_an_identity(void **state)
{
    static const struct {
        struct said said[3];
        const char *page;
    } cases[] = {
        {{{"/Unknown", {.kind = VALUE_NONE}},
          {"/Unknown2", {.kind = VALUE_NONE}},
          {"/Unknown3", {.kind = VALUE_NONE}}},
         IDENTITY("battery", "", "", "")},
        {{{"/ProductId", {.kind = VALUE_NUMBER, .number = 41312}},
          {"/CustomName", {.kind = VALUE_TEXT, .text = STR("My \"own\"\n")}},
          {"/Serial", {.kind = VALUE_TEXT, .text = STR("HQ1")}}},
         IDENTITY("battery", "41312", "My \\\"own\\\"\\n", "HQ1")},
        {{{"/ProductId", {.kind = VALUE_NUMBER, .number = 65535}},
          {"/CustomName", {.kind = VALUE_TEXT, .text = STR("")}},
          {"/Serial", {.kind = VALUE_NUMBER, .number = 1.5}}},
         IDENTITY("battery", "", "", "1.5")},
        /* Of two texts for one label the lower path's stays, whichever came first. */
        {{{"/Serial", {.kind = VALUE_TEXT, .text = STR("second")}},
          {"/Devices/0/Serial", {.kind = VALUE_TEXT, .text = STR("first")}},
          {"/ProductId", {.kind = VALUE_NONE}}},
         IDENTITY("battery", "", "", "first")},
        {{{"/Devices/0/Serial", {.kind = VALUE_TEXT, .text = STR("")}},
          {"/Serial", {.kind = VALUE_TEXT, .text = STR("second")}},
          {"/ProductId", {.kind = VALUE_NONE}}},
         IDENTITY("battery", "", "", "second")},
    };
    struct metric_map *map = good_map(MAP);
    struct apply_counts counts;
    (void)state;

    /* One map for all: what was shown before leaves nothing behind. */
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < COUNT(cases); i++)
            check_page(map, "battery", cases[i].said, 3, cases[i].page, &counts);
    metric_map_free(map);
}

static void errors_are_one_series_each(void **state)
{
    static const struct said said[] = {
        {"/Error/0/Id", {.kind = VALUE_TEXT, .text = STR("dse:w-2")}},
        {"/Error/1/Id", {.kind = VALUE_TEXT, .text = STR("")}},
        {"/Error/2/Id", {.kind = VALUE_TEXT, .text = STR("dse:e-10")}},
        {"/Error/3/Id", {.kind = VALUE_TEXT, .text = STR("dse:e-9")}},
        {"/Error/4/Id", {.kind = VALUE_TEXT, .text = STR("dse:e-10")}},
        {"/Error/5/Id", {.kind = VALUE_TEXT, .text = STR("odd")}},
        {"/Error/6/Id", {.kind = VALUE_JSON, .text = STR("[1]")}},
    };
    struct metric_map *map = good_map(MAP);
    struct apply_counts counts;
    (void)state;

#define ERROR_INFO(id, level)                                                            \
    "victron_device_error_info{site=\"home\",device=\"genset\",instance=\"1\","          \
    "error_id=\"" id "\",level=\"" level "\"} 1\n"
    check_page(map, "genset", said, COUNT(said),
               ERROR_INFO("dse:e-9", "error") ERROR_INFO("dse:e-10", "error")
                   ERROR_INFO("dse:w-2", "warning") ERROR_INFO("odd", "")
                       IDENTITY("genset", "", "", ""),
               &counts);
    assert_int_equal(counts.refused[REFUSAL_TYPE], 1);
    assert_int_equal(counts.refused[REFUSAL_CLASH], 0);
    metric_map_free(map);
}

static void the_station_has_no_device_labels(void **state)
{
    static const struct said said[] = {
        {"/Serial", {.kind = VALUE_TEXT, .text = STR("c0619ab0e550")}},
        {"/J",
         {.kind = VALUE_TEXT,
          .text =
              STR("{\"b\": {\"name\": \"B\"}, \"a\": {\"name\": \"A\"}, \"c\": {}}")}},
    };
    struct metric_map *map = good_map(MAP);
    struct apply_counts counts;
    (void)state;

    for (int round = 0; round < 2; round++)
        check_page(
            map, "platform", said, COUNT(said),
            IDENTITY("platform", "", "",
                     "") "victron_platform_port_info{site=\"home\",device=\"platform\","
                         "instance=\"1\",port=\"a\",name=\"A\"} 1\n"
                         "victron_platform_port_info{site=\"home\",device=\"platform\","
                         "instance=\"1\",port=\"b\",name=\"B\"} 1\n"
                         "victron_station_info{site=\"home\",portal_id=\"c0619ab0e550\","
                         "model=\"\",firmware_version=\"\",firmware_build=\"\"} 1\n",
            &counts);
    metric_map_free(map);
}

static void an_info_metric_has_fifty_series_at_most(void **state)
{
    struct metric_map *map = good_map(MAP);
    struct snapshot *snapshot = snapshot_new();
    struct said said[60];
    char paths[60][32], ids[60][32];
    struct apply_counts counts;
    (void)state;

    for (size_t i = 0; i < COUNT(said); i++) {
        (void)snprintf(paths[i], sizeof paths[i], "/Error/%zu/Id", i);
        (void)snprintf(ids[i], sizeof ids[i], "x:e-%zu", COUNT(said) - i);
        said[i] = (struct said){paths[i], text(ids[i])};
    }
    add_report(snapshot, "a", "genset", "1", said, COUNT(said));
    struct buf page = page_of(map, snapshot, false, &counts, NULL);
    assert_int_equal(counts.samples, LIMIT_INFO_SERIES + 1);
    assert_int_equal(counts.refused[REFUSAL_LIMIT], 10);
    assert_true(str_contains(buf_str(&page), STR_OF("x:e-50\"")));
    assert_false(str_contains(buf_str(&page), STR_OF("x:e-51\"")));
    buf_free(&page);
    snapshot_release(snapshot);
    metric_map_free(map);
}

/* More devices than that are no reason to leave any without its identity. */
static void identities_have_no_such_limit(void **state)
{
    struct metric_map *map = good_map(MAP);
    struct snapshot *snapshot = snapshot_new();
    const struct said said = {"/New", number(1)};
    struct apply_counts counts;
    (void)state;

    for (int i = 0; i < LIMIT_SERVICES; i++) {
        char instance[16];
        (void)snprintf(instance, sizeof instance, "%d", i);
        add_report(snapshot, instance, "battery", instance, &said, 1);
    }
    snapshot_sort(snapshot);
    struct buf page = page_of(map, snapshot, true, &counts, NULL);
    assert_int_equal(counts.samples, LIMIT_SERVICES);
    assert_int_equal(counts.refused[REFUSAL_LIMIT], 0);
    buf_free(&page);
    snapshot_release(snapshot);
    metric_map_free(map);
}

#define CHANGES 5000
#define CHANGES_KEPT_MAX 1500 /* of a page of one series */

/* A name that is another one on each page must not leave its past behind for ever. */
static void what_changes_all_the_time_is_forgotten(void **state)
{
    struct metric_map *map = good_map(MAP);
    size_t most = 0;

    (void)state;
    for (int i = 0; i < CHANGES; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "name %d", i);
        const struct said said[] = {{"/CustomName", text(name)}};
        struct snapshot *snapshot = battery_says(said, COUNT(said));
        struct apply_counts counts;
        struct buf page = page_of(map, snapshot, true, &counts, NULL);
        assert_int_equal(counts.samples, 1);
        assert_true(str_contains(buf_str(&page), str_from(name)));
        if (map->index.series.count > most)
            most = map->index.series.count;
        buf_free(&page);
        snapshot_release(snapshot);
    }
    assert_in_range(most, 2, CHANGES_KEPT_MAX);
    metric_map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_device_has_an_identity),
        cmocka_unit_test(errors_are_one_series_each),
        cmocka_unit_test(the_station_has_no_device_labels),
        cmocka_unit_test(an_info_metric_has_fifty_series_at_most),
        cmocka_unit_test(identities_have_no_such_limit),
        cmocka_unit_test(what_changes_all_the_time_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
