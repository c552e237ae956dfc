/* map_meet_test.c - much that is new is met in portions, and a page is bounded. */
#include "map_input.h"

#include <stdio.h>

#define MANY 25
#define PORTION 10

static const char rows[] =
    "{\"device\": \"battery\", \"metrics\": ["
    "{\"path\": \"/Cells/{pack}\", \"json\": \"/{cell}\", \"metric\": "
    "\"victron_battery_cell_level\", \"type\": \"gauge\", \"help\": \"A cell.\"},"
    "{\"path\": \"/Error/{_n}/Id\", \"metric\": \"victron_battery_error_info\", "
    "\"type\": \"info\", \"label\": \"error_id\", \"help\": \"An error.\"},"
    "{\"path\": \"/Many/{item}\", \"metric\": \"victron_battery_many\", \"type\": "
    "\"gauge\", \"help\": \"Many.\"}]}";

static struct metric_map *bounded_map(size_t new_max)
{
    const struct map_text built_in = {STR("built-in"), {rows, sizeof rows - 1}};
    const struct map_options options = {.built_in = &built_in,
                                        .built_in_count = 1,
                                        .level = MAP_FULL,
                                        .site = STR("home"),
                                        .new_max = new_max};
    struct buf mistakes = buf_new(MAP_TEXT_MAX);
    struct metric_map *map = NULL;

    if (metric_map_load(&options, &map, &mistakes) != ERR_OK)
        fail_msg("%.*s", STR_ARG(buf_str(&mistakes)));
    buf_free(&mistakes);
    return map;
}

/* One battery with a value at each of these paths, "%zu" being first, first + step, … */
static struct snapshot *paths_say(const char *format, size_t first, size_t step,
                                  size_t count, struct value value)
{
    struct snapshot *snapshot = snapshot_new();
    struct report *report =
        report_new(STR_OF("com.victronenergy.battery.a"), STR_OF("battery"), count);
    char path[64];

    for (size_t i = 0; i < count; i++) {
        (void)snprintf(path, sizeof path, "%s%zu%s", format, first + i * step,
                       strstr(format, "Error") ? "/Id" : "");
        report_add(report, str_from(path), value);
    }
    report_set_instance(report, STR_OF("1"));
    snapshot_add(snapshot, report);
    report_release(report);
    return snapshot;
}

static struct apply_counts counts_of(struct metric_map *map,
                                     const struct snapshot *snapshot)
{
    struct apply_counts counts;
    struct buf page = page_of(map, snapshot, false, &counts, NULL);

    buf_free(&page);
    return counts;
}

/* With victron_device_info. */
#define SAMPLES(n) ((n) + 1)

static void many_new_paths_are_met_in_portions(void **state)
{
    struct metric_map *map = bounded_map(0);
    struct snapshot *snapshot = paths_say("/Many/", 0, 1, MANY, number(7));

    (void)state;
    assert_false(metric_map_meet(map, snapshot, PORTION));
    assert_false(metric_map_meet(map, snapshot, PORTION));
    assert_false(metric_map_meet(map, snapshot, 0));
    assert_true(metric_map_meet(map, snapshot, PORTION));
    assert_true(metric_map_meet(map, snapshot, 0));
    assert_int_equal(counts_of(map, snapshot).samples, SAMPLES(MANY));
    snapshot_release(snapshot);
    metric_map_free(map);
}

static void a_page_meets_no_more_than_it_may(void **state)
{
    struct metric_map *map = bounded_map(PORTION);
    struct snapshot *snapshot = paths_say("/Many/", 0, 1, MANY, number(7));

    (void)state;
    struct apply_counts counts = counts_of(map, snapshot);
    assert_int_equal(counts.samples, SAMPLES(PORTION));
    assert_int_equal(counts.refused[REFUSAL_LIMIT], MANY - PORTION);
    assert_true(metric_map_meet(map, snapshot, MANY));
    counts = counts_of(map, snapshot);
    assert_int_equal(counts.samples, SAMPLES(MANY));
    assert_int_equal(counts.refused[REFUSAL_LIMIT], 0);
    snapshot_release(snapshot);
    metric_map_free(map);
}

static void what_came_later_stands_in_its_place(void **state)
{
    struct metric_map *map = bounded_map(0);
    struct metric_map *at_once = bounded_map(0);
    struct snapshot *odd = paths_say("/Many/", 1, 2, MANY, number(7));
    struct snapshot *even = paths_say("/Many/", 0, 2, MANY, number(7));
    struct snapshot *all = paths_say("/Many/", 0, 1, (size_t)2 * MANY, number(7));
    struct apply_counts counts;

    (void)state;
    assert_true(metric_map_meet(map, odd, SIZE_MAX));
    assert_true(metric_map_meet(map, even, SIZE_MAX));
    struct buf page = page_of(map, all, true, &counts, NULL);
    struct buf expected = page_of(at_once, all, true, &counts, NULL);
    assert_true(str_equal(buf_str(&page), buf_str(&expected)));
    buf_free(&expected);
    buf_free(&page);
    snapshot_release(all);
    snapshot_release(even);
    snapshot_release(odd);
    metric_map_free(at_once);
    metric_map_free(map);
}

static void members_of_json_are_bounded_likewise(void **state)
{
    struct metric_map *map = bounded_map(4);
    struct snapshot *snapshot = paths_say("/Cells/", 0, 1, 2, json("[1, 2, 3]"));

    (void)state;
    struct apply_counts counts = counts_of(map, snapshot); /* one path, its members */
    assert_int_equal(counts.samples, SAMPLES(3));
    assert_int_equal(counts.refused[REFUSAL_LIMIT], 1);
    counts = counts_of(map, snapshot);
    assert_int_equal(counts.samples, SAMPLES(6));
    assert_int_equal(counts.refused[REFUSAL_LIMIT], 0);
    snapshot_release(snapshot);
    metric_map_free(map);
}

static struct value json_of_bytes(struct buf *text, size_t bytes)
{
    buf_add_text(text, "[1");
    while (text->n < bytes - 1)
        buf_add_char(text, ' ');
    buf_add_char(text, ']');
    return (struct value){.kind = VALUE_JSON, .text = buf_str(text)};
}

static void json_is_read_up_to_a_limit(void **state)
{
    static const struct {
        size_t bytes, count, refused;
    } cases[] = {
        {LIMIT_JSON_BYTES, 1, 0},
        {LIMIT_JSON_BYTES + 1, 1, 1},
        {LIMIT_JSON_BYTES, 8, 0},
        {LIMIT_JSON_BYTES, 10, 2}, /* of one page */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = buf_new(MAP_TEXT_MAX);
        struct metric_map *map = bounded_map(0);
        struct snapshot *snapshot = paths_say("/Cells/", 0, 1, cases[i].count,
                                              json_of_bytes(&text, cases[i].bytes));
        struct apply_counts counts = counts_of(map, snapshot);
        assert_int_equal(counts.refused[REFUSAL_LIMIT], cases[i].refused);
        assert_int_equal(counts.samples, SAMPLES(cases[i].count - cases[i].refused));
        snapshot_release(snapshot);
        metric_map_free(map);
        buf_free(&text);
    }
}

static void texts_of_one_info_metric_are_bounded(void **state)
{
    struct metric_map *map = bounded_map(0);
    struct snapshot *snapshot = paths_say("/Error/", 0, 1, 2000, text("x:e-1"));

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct apply_counts counts = counts_of(map, snapshot);
        assert_int_equal(counts.samples, SAMPLES(1)); /* one text: one series */
        assert_int_equal(counts.refused[REFUSAL_LIMIT], 1000);
    }
    snapshot_release(snapshot);
    metric_map_free(map);
}

static void a_huge_broken_text_is_repaired_and_cut(void **state)
{
    struct metric_map *map = bounded_map(0);
    struct buf huge = buf_new(MAP_TEXT_MAX);
    struct apply_counts counts;

    (void)state;
    while (huge.n < MAP_TEXT_MAX)
        buf_add_char(&huge, '\xff');
    struct snapshot *snapshot = paths_say(
        "/Error/", 0, 1, 1, (struct value){.kind = VALUE_TEXT, .text = buf_str(&huge)});
    struct buf page = page_of(map, snapshot, false, &counts, NULL);
    size_t marks = 0;
    for (struct str rest = buf_str(&page); rest.n; rest = str_skip(rest, 1))
        marks += str_starts_with(rest, STR_OF("\xef\xbf\xbd"));
    assert_int_equal(marks, LIMIT_LABEL_BYTES / 3);
    buf_free(&page);
    buf_free(&huge);
    snapshot_release(snapshot);
    metric_map_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_new_paths_are_met_in_portions),
        cmocka_unit_test(a_page_meets_no_more_than_it_may),
        cmocka_unit_test(what_came_later_stands_in_its_place),
        cmocka_unit_test(members_of_json_are_bounded_likewise),
        cmocka_unit_test(json_is_read_up_to_a_limit),
        cmocka_unit_test(texts_of_one_info_metric_are_bounded),
        cmocka_unit_test(a_huge_broken_text_is_repaired_and_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
