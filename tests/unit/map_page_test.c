/* map_page_test.c - which reports and series stand on a page, in which order, and that
 * the index of series never shows. */
#include "map_input.h"

#include <stdio.h>

#define H "\"type\": \"gauge\", \"help\": \"H.\""
#define MAP                                                                              \
    "[{\"device\": \"battery\", \"metrics\": ["                                          \
    "{\"path\": \"/Cell/{cell}\", \"metric\": \"victron_cell_volts\"," H "},"            \
    "{\"path\": \"/Full\", \"metric\": \"victron_full\", \"level\": \"full\"," H "},"    \
    "{\"path\": \"/Wide/{x}\", \"metric\": \"victron_x\"," H "},"                        \
    "{\"path\": \"/Soc\", \"metric\": \"victron_soc_ratio\"," H "}],"                    \
    "\"ignore\": [{\"path\": \"/Raw\", \"reason\": \"raw\"}]},"                          \
    "{\"device\": \"settings\", \"refresh\": 300, \"metrics\": ["                        \
    "{\"path\": \"/S\", \"metric\": \"victron_settings_s\"," H "}]},"                    \
    "{\"device\": \"*\", \"metrics\": ["                                                 \
    "{\"path\": \"/Alarms/{alarm}\", \"metric\": \"victron_alarm_state\"," H "},"        \
    "{\"path\": \"/Soc\", \"metric\": \"victron_any_soc\"," H "}]}]"

static struct metric_map *standard_map(void)
{
    struct buf mistakes = buf_new(MAP_TEXT_MAX);
    struct metric_map *map = map_of(MAP, MAP_STANDARD, &mistakes);

    if (!map)
        fail_msg("%.*s", STR_ARG(buf_str(&mistakes)));
    return map;
}

static void add_note(void *context, const struct apply_note *note)
{
    struct buf *notes = context;

    buf_printf(notes, "%s %.*s/%.*s %.*s%s\n", note->what, STR_ARG(note->device),
               STR_ARG(note->instance), STR_ARG(note->path),
               note->is_secret ? " (secret)" : "");
}

/* Applies, checks page and notes, frees the snapshot. */
static void check_page(struct metric_map *map, struct snapshot *snapshot,
                       const char *expected_page, const char *expected_notes,
                       struct apply_counts *counts)
{
    struct buf notes = buf_new(MAP_TEXT_MAX);
    const struct apply_listener listener = {add_note, &notes};

    snapshot_sort(snapshot);
    struct buf page = page_of(map, snapshot, false, counts, &listener);
    check_str(buf_str(&page), expected_page);
    check_str(buf_str(&notes), expected_notes);
    buf_free(&page);
    buf_free(&notes);
    snapshot_release(snapshot);
}

#define ADD(snapshot, service, device, instance, ...)                                    \
    do {                                                                                 \
        const struct said said_[] = {__VA_ARGS__};                                       \
        add_report(snapshot, service, device, instance, said_, COUNT(said_));            \
    } while (0)

static void series_stand_in_natural_order(void **state)
{
    struct metric_map *map = standard_map();
    struct snapshot *snapshot = snapshot_new();
    struct apply_counts counts;
    (void)state;

    ADD(snapshot, "b", "battery", "10", {"/Soc", number(1)});
    ADD(snapshot, "a", "battery", "9", {"/Cell/10", number(3)}, {"/Cell/9", number(2)},
        {"/Soc", number(4)});
    check_page(map, snapshot,
               "victron_cell_volts{site=\"home\",device=\"battery\",instance=\"9\","
               "cell=\"9\"} 2\n"
               "victron_cell_volts{site=\"home\",device=\"battery\",instance=\"9\","
               "cell=\"10\"} 3\n"
               "victron_soc_ratio{site=\"home\",device=\"battery\",instance=\"9\"} 4\n"
               "victron_soc_ratio{site=\"home\",device=\"battery\",instance=\"10\"} 1\n",
               "", &counts);
    metric_map_free(map);
}

static void paths_are_known_ignored_or_unmapped(void **state)
{
    struct metric_map *map = standard_map();
    struct snapshot *snapshot = snapshot_new();
    struct apply_counts counts;
    (void)state;

    ADD(snapshot, "a", "battery", "1", {"/New", number(1)}, {"/Full", number(2)},
        {"/Raw", number(3)}, {"/None", NONE}, {"/Wide/WifiPassword", number(4)},
        {"/Modem/PIN", number(5)}, {"/Soc", text("much")}, {"/Alarms/Low", number(6)});
    ADD(snapshot, "b", "fridge", "2", {"/Soc", number(7)}, {"/Door", text("open")});
    ADD(snapshot, "c", "settings", "0", {"/S", text("x")}, {"/Alarms/Low", number(8)});
    check_page(map, snapshot,
               "victron_alarm_state{site=\"home\",device=\"battery\",instance=\"1\","
               "alarm=\"Low\"} 6\n"
               "victron_any_soc{site=\"home\",device=\"fridge\",instance=\"2\"} 7\n",
               "unmapped battery/1 /New\nunmapped battery/1 /None\n"
               "type battery/1 /Soc\nunmapped fridge/2 /Door\n"
               "type settings/0 /S (secret)\n",
               &counts);
    assert_int_equal(counts.unmapped, 3);
    assert_int_equal(counts.refused[REFUSAL_TYPE], 2);
    metric_map_free(map);
}

static void one_device_has_one_service(void **state)
{
    struct metric_map *map = standard_map();
    struct snapshot *snapshot = snapshot_new();
    struct apply_counts counts;
    (void)state;

    ADD(snapshot, "z", "battery", "1", {"/Soc", number(2)});
    ADD(snapshot, "y", "battery", "1", {"/Soc", number(1)});
    ADD(snapshot, "x", "battery", "2", {"/Soc", number(3)});
    add_report(snapshot, "a", "battery", "", NULL, 0);
    add_report(snapshot, "b", "battery", "", NULL, 0);
    check_page(map, snapshot,
               "victron_soc_ratio{site=\"home\",device=\"battery\",instance=\"1\"} 1\n"
               "victron_soc_ratio{site=\"home\",device=\"battery\",instance=\"2\"} 3\n",
               "clash battery/1 z\n", &counts);
    assert_int_equal(counts.refused[REFUSAL_CLASH], 1);
    const bool exported[] = {false, false, true, false, true};
    for (size_t i = 0; i < COUNT(exported); i++)
        assert_int_equal(counts.is_exported[i], exported[i]);

    /* A device that is silent for a moment is not taken for its neighbour. */
    snapshot = snapshot_new();
    ADD(snapshot, "z", "battery", "1", {"/Soc", number(2)});
    add_report(snapshot, "y", "battery", "1", NULL, 0);
    check_page(map, snapshot, "", "clash battery/1 z\n", &counts);
    assert_false(counts.is_exported[0] || counts.is_exported[1]);
    metric_map_free(map);
}

static void what_is_not_wanted_has_no_part(void **state)
{
    const struct map_text built_in = {STR("built-in"), str_from(MAP)};
    const struct str include = STR("settings");
    const struct map_options options = {.built_in = &built_in,
                                        .built_in_count = 1,
                                        .level = MAP_FULL,
                                        .site = STR("home"),
                                        .include = &include,
                                        .include_count = 1};
    struct buf mistakes = buf_new(MAP_TEXT_MAX);
    struct metric_map *map = NULL;
    struct snapshot *snapshot = snapshot_new();
    struct apply_counts counts;
    (void)state;

    assert_int_equal(metric_map_load(&options, &map, &mistakes), ERR_OK);
    ADD(snapshot, "a", "battery", "1", {"/Soc", number(1)}, {"/New", number(1)});
    ADD(snapshot, "b", "settings", "0", {"/S", number(2)});
    check_page(map, snapshot,
               "victron_settings_s{site=\"home\",device=\"settings\",instance=\"0\"} 2\n",
               "", &counts);
    assert_false(counts.is_exported[0]);
    assert_true(counts.is_exported[1]);
    metric_map_free(map);
}

static void what_the_source_refused_is_counted(void **state)
{
    struct metric_map *map = standard_map();
    struct snapshot *snapshot = snapshot_new();
    struct report *report = report_new(STR_OF("a"), STR_OF("battery"), 0);
    struct apply_counts counts;
    (void)state;

    report_add(report, STR_OF("/Soc"), number(1)); /* no room */
    report_set_instance(report, STR_OF("1"));
    snapshot_add(snapshot, report);
    report_release(report);
    check_page(map, snapshot, "", "", &counts);
    assert_int_equal(counts.refused[REFUSAL_LIMIT], 1);
    metric_map_free(map);
}

/* What went and came back, in any order, on any page before, makes no difference. */
static void a_page_depends_on_its_snapshot_only(void **state)
{
    static const struct said said[] = {
        {"/Cell/1", {.kind = VALUE_NUMBER, .number = 1}},
        {"/Cell/2", {.kind = VALUE_NUMBER, .number = 2}},
        {"/Cell/10", {.kind = VALUE_NUMBER, .number = 3}},
        {"/Alarms/Low", {.kind = VALUE_NUMBER, .number = 4}},
        {"/Soc", {.kind = VALUE_NUMBER, .number = 5}},
        {"/New", {.kind = VALUE_NUMBER, .number = 6}},
    };
    struct metric_map *used = standard_map();
    struct apply_counts counts;
    unsigned random = 1;
    (void)state;

    for (int round = 0; round < 200; round++) {
        struct said some[COUNT(said)];
        size_t count = 0;
        for (size_t i = 0; i < COUNT(said); i++) {
            random = random * 1103515245 + 12345;
            if (random >> 16 & 1)
                some[count++] = said[i];
            random = random * 1103515245 + 12345;
            size_t other = count ? (random >> 16) % count : 0;
            if (count) {
                struct said swap = some[other];
                some[other] = some[count - 1];
                some[count - 1] = swap;
            }
        }
        struct metric_map *fresh = standard_map();
        struct snapshot *snapshot = battery_says(some, count);
        struct buf expected = page_of(fresh, snapshot, true, &counts, NULL);
        struct buf got = page_of(used, snapshot, true, &counts, NULL);
        if (!str_equal(buf_str(&expected), buf_str(&got)))
            fail_msg("round %d: got\n%.*s, want\n%.*s", round, STR_ARG(buf_str(&got)),
                     STR_ARG(buf_str(&expected)));
        buf_free(&got);
        buf_free(&expected);
        snapshot_release(snapshot);
        metric_map_free(fresh);
    }
    metric_map_free(used);
}

/* LIMIT_VALUES paths that were never seen before, three times over. */
static void the_index_is_dropped_when_it_is_full(void **state)
{
    struct metric_map *map = standard_map();
    struct apply_counts counts;
    (void)state;

    for (int round = 0; round < 3; round++) {
        struct snapshot *snapshot = snapshot_new();
        struct report *report = report_new(STR_OF("a"), STR_OF("battery"), LIMIT_VALUES);
        for (int i = 0; i < LIMIT_VALUES; i++) {
            char path[64];
            int n = snprintf(path, sizeof path, "/Cell/%d", i + round * LIMIT_VALUES);
            report_add(report, (struct str){path, (size_t)n}, number(i));
        }
        report_set_instance(report, STR_OF("1"));
        snapshot_add(snapshot, report);
        report_release(report);
        struct buf page = page_of(map, snapshot, false, &counts, NULL);
        assert_int_equal(counts.samples, LIMIT_VALUES + 1);
        assert_int_equal(counts.refused[REFUSAL_LIMIT], 0);
        char first[128];
        int n = snprintf(first, sizeof first,
                         "victron_cell_volts{site=\"home\",device=\"battery\",instance="
                         "\"1\",cell=\"%d\"} 0\n",
                         round * LIMIT_VALUES);
        assert_true(str_starts_with(buf_str(&page), (struct str){first, (size_t)n}));
        buf_free(&page);
        snapshot_release(snapshot);
    }
    metric_map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_stand_in_natural_order),
        cmocka_unit_test(paths_are_known_ignored_or_unmapped),
        cmocka_unit_test(one_device_has_one_service),
        cmocka_unit_test(what_is_not_wanted_has_no_part),
        cmocka_unit_test(what_the_source_refused_is_counted),
        cmocka_unit_test(a_page_depends_on_its_snapshot_only),
        cmocka_unit_test(the_index_is_dropped_when_it_is_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
