/* page_cache_test.c - what is kept is the page that would be made now, or it is not kept
 */
#include "pages/page_cache.h"

#include <stdlib.h>

#include "generation.h"
#include "map_input.h"
#include "render/renderer.h"
#include "server/piece.h"

static const char first_map[] =
    "{\"device\": \"battery\", \"metrics\": [{\"path\": \"/Soc\", \"metric\": "
    "\"victron_battery_state_of_charge_ratio\", \"type\": \"gauge\", \"scale\": 0.01, "
    "\"help\": \"State of charge.\"}]}";
static const char second_map[] =
    "{\"device\": \"battery\", \"metrics\": [{\"path\": \"/Soc\", \"metric\": "
    "\"victron_battery_charge_ratio\", \"type\": \"gauge\", \"scale\": 0.01, "
    "\"help\": \"State of charge.\"}]}";

static const struct page_filter all = {0};

static struct generation *generation_with(struct metric_map *map)
{
    static uint64_t number;
    struct generation *generation = calloc(1, sizeof *generation);

    assert_non_null(generation);
    generation->number = ++number;
    generation->map = map;
    generation->references = 1;
    return generation;
}

static struct generation *generation_of(const char *map)
{
    return generation_with(good_map(map));
}

static struct page_form form_of(const char *accept, bool is_packed)
{
    return (struct page_form){renderer_for(str_from(accept)), &all, is_packed};
}

static struct snapshot *charged_to(double percent)
{
    const struct said said[] = {{"/Soc", number(percent)}};

    return battery_says(said, 1);
}

/* Another snapshot of the same reports. */
static struct snapshot *copy_of(const struct snapshot *snapshot)
{
    struct snapshot *copy = snapshot_new();

    for (size_t i = 0; i < snapshot->report_count; i++)
        snapshot_add(copy, snapshot->reports[i]);
    copy->duration_seconds = snapshot->duration_seconds + 1;
    return copy;
}

/* The piece of a text page, whose reference is given back: good as long as it is kept. */
static struct piece *get(struct page_cache *cache, struct generation *generation,
                         struct snapshot *snapshot)
{
    const struct page_form form = form_of("", false);
    struct apply_counts counts;
    struct piece *piece =
        page_cache_station(cache, generation, snapshot, &form, NULL, &counts);

    assert_non_null(piece);
    piece_release(piece);
    return piece;
}

static void check_says(const struct piece *piece, const char *sample)
{
    if (!str_contains(piece->bytes, str_from(sample)))
        fail_msg("\"%s\" is missing in %.*s", sample, STR_ARG(piece->bytes));
}

static void the_same_reports_are_the_same_piece(void **state)
{
    struct page_cache *cache = page_cache_new();
    struct generation *generation = generation_of(first_map);
    struct snapshot *snapshot = charged_to(81);
    struct snapshot *copy = copy_of(snapshot);
    const struct page_form form = form_of("", false);
    struct apply_counts counts = {0};

    (void)state;
    struct piece *piece = get(cache, generation, snapshot);
    assert_ptr_equal(piece, get(cache, generation, snapshot));
    assert_ptr_equal(piece, get(cache, generation, copy));
    check_says(piece, "_ratio{site=\"home\",device=\"battery\",instance=\"1\"} 0.81\n");

    struct piece *kept =
        page_cache_station(cache, generation, copy, &form, NULL, &counts);
    assert_int_equal(counts.samples, 2); /* with the device's own */
    assert_true(counts.is_exported[0]);
    page_cache_free(cache);
    check_says(kept, "} 0.81\n"); /* who has a reference is not concerned */
    piece_release(kept);
    snapshot_release(copy);
    snapshot_release(snapshot);
    generation_release(generation);
}

static void a_change_is_on_the_next_page(void **state)
{
    struct page_cache *cache = page_cache_new();
    struct generation *generation = generation_of(first_map);

    (void)state;
    /* What is released may come back at the same address. */
    for (int percent = 0; percent <= 100; percent++) {
        struct snapshot *snapshot = charged_to(percent);
        char digits[DECIMAL_TEXT_MAX];
        const size_t n = decimal_print(percent / 100.0, digits);
        struct buf sample = buf_new(100);
        buf_printf(&sample, "instance=\"1\"} %.*s\n%c", (int)n, digits, '\0');
        check_says(get(cache, generation, snapshot), sample.p);
        buf_free(&sample);
        snapshot_release(snapshot);
    }
    page_cache_free(cache);
    generation_release(generation);
}

static void a_device_that_is_gone_is_gone(void **state)
{
    struct page_cache *cache = page_cache_new();
    struct generation *generation = generation_of(first_map);
    const struct said said[] = {{"/Soc", number(55)}};
    struct snapshot *both = charged_to(81);
    struct snapshot *one = copy_of(both);
    struct snapshot *none = snapshot_new();

    (void)state;
    add_report(both, "com.victronenergy.battery.b", "battery", "2", said, 1);
    check_says(get(cache, generation, both), "instance=\"2\"} 0.55\n");
    assert_false(
        str_contains(get(cache, generation, one)->bytes, STR_OF("instance=\"2\"")));
    check_says(get(cache, generation, both), "instance=\"2\"} 0.55\n");
    assert_int_equal(get(cache, generation, none)->bytes.n, 0); /* it fell silent */
    page_cache_free(cache);
    snapshot_release(none);
    snapshot_release(one);
    snapshot_release(both);
    generation_release(generation);
}

static void a_reload_makes_the_page_anew(void **state)
{
    struct page_cache *cache = page_cache_new();
    struct snapshot *snapshot = charged_to(81);

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct generation *generation = generation_of(i % 2 ? second_map : first_map);
        check_says(get(cache, generation, snapshot),
                   i % 2 ? "victron_battery_charge_ratio{"
                         : "victron_battery_state_of_charge_ratio{");
        generation_release(generation); /* it is gone, and its number not used again */
    }
    page_cache_free(cache);
    snapshot_release(snapshot);
}

/* A map that meets one new path a page. */
static struct metric_map *slow_map(void)
{
    static const struct map_text text = {
        STR("built-in"),
        STR("{\"device\": \"battery\", \"metrics\": [{\"path\": \"/Many/{item}\", "
            "\"metric\": \"victron_battery_many\", \"type\": \"gauge\", \"help\": "
            "\"Many.\"}]}")};
    const struct map_options options = {.built_in = &text,
                                        .built_in_count = 1,
                                        .level = MAP_FULL,
                                        .site = STR("home"),
                                        .new_max = 1};
    struct buf mistakes = buf_new(MAP_TEXT_MAX);
    struct metric_map *map = NULL;

    assert_int_equal(metric_map_load(&options, &map, &mistakes), ERR_OK);
    buf_free(&mistakes);
    return map;
}

/* Else a scraper in a hurry would cut the pages of all others. */
static void a_page_that_met_not_all_is_not_kept(void **state)
{
    struct page_cache *cache = page_cache_new();
    struct generation *generation = generation_with(slow_map());
    const struct said said[] = {{"/Many/1", number(7)}, {"/Many/2", number(8)}};
    struct snapshot *snapshot = battery_says(said, COUNT(said));
    const struct page_form form = form_of("", false);
    struct apply_counts counts;

    (void)state;
    struct piece *cut =
        page_cache_station(cache, generation, snapshot, &form, NULL, &counts);
    assert_false(str_contains(cut->bytes, STR_OF("item=\"2\"")));
    assert_int_equal(counts.refused[REFUSAL_LIMIT], 1);
    assert_false(page_cache_has(cache, generation, snapshot, &form));
    piece_release(cut);
    struct piece *whole = get(cache, generation, snapshot);
    check_says(whole, "item=\"1\"} 7\n");
    check_says(whole, "item=\"2\"} 8\n");
    assert_ptr_equal(whole, get(cache, generation, snapshot));
    page_cache_free(cache);
    snapshot_release(snapshot);
    generation_release(generation);
}

static void each_format_has_its_piece(void **state)
{
    struct page_cache *cache = page_cache_new();
    struct generation *generation = generation_of(first_map);
    struct snapshot *snapshot = charged_to(81);
    const char *accepts[] = {"", "application/openmetrics-text;version=1.0.0",
                             "application/openmetrics-text;version=0.0.1"};
    struct piece *pieces[2 * COUNT(accepts)];
    struct apply_counts counts;

    (void)state;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        struct page_form form = form_of(accepts[i / 2], i % 2);
        pieces[i] = page_cache_station(cache, generation, snapshot, &form, NULL, &counts);
        assert_int_equal(pieces[i]->is_packed, i % 2);
        for (size_t k = 0; k < i; k++)
            assert_ptr_not_equal(pieces[k], pieces[i]);
    }
    check_says(pieces[0], "# TYPE victron_device_info gauge\n");
    check_says(pieces[2], "# TYPE victron_device info\n");
    for (size_t i = 0; i < COUNT(pieces); i++) {
        struct page_form form = form_of(accepts[i / 2], i % 2);
        struct piece *again =
            page_cache_station(cache, generation, snapshot, &form, NULL, &counts);
        assert_ptr_equal(pieces[i], again);
        piece_release(again);
        piece_release(pieces[i]);
    }
    page_cache_free(cache);
    snapshot_release(snapshot);
    generation_release(generation);
}

static void a_filter_is_not_kept_and_disturbs_nothing(void **state)
{
    struct page_cache *cache = page_cache_new();
    struct generation *generation = generation_of(first_map);
    struct snapshot *snapshot = charged_to(81);
    const struct str name = STR("victron_device_info");
    const struct page_filter filter = {.names = &name, .name_count = 1};
    const struct page_form form = {renderer_for(STR_OF("")), &filter, false};
    struct apply_counts counts = {0};

    (void)state;
    struct piece *whole = get(cache, generation, snapshot);
    struct piece *part =
        page_cache_station(cache, generation, snapshot, &form, NULL, &counts);
    check_says(part, "victron_device_info{");
    assert_false(str_contains(part->bytes, STR_OF("_ratio")));
    assert_int_equal(counts.samples, 2); /* before the filter */
    piece_release(part);
    assert_ptr_equal(whole, get(cache, generation, snapshot));
    page_cache_free(cache);
    snapshot_release(snapshot);
    generation_release(generation);
}

/* A kept page needs no map: that is known before it is asked for, form by form. */
static void a_page_is_there_as_long_as_it_is_kept(void **state)
{
    struct page_cache *cache = page_cache_new();
    struct generation *generation = generation_of(first_map);
    struct generation *reloaded = generation_of(first_map);
    struct snapshot *snapshot = charged_to(81);
    struct snapshot *copy = copy_of(snapshot);
    struct snapshot *later = charged_to(82);
    const struct str name = STR("victron_device_info");
    const struct page_filter filter = {.names = &name, .name_count = 1};
    const struct page_form form = form_of("", false);
    const struct page_form packed = form_of("", true);
    const struct page_form part = {form.renderer, &filter, false};

    (void)state;
    assert_false(page_cache_has(NULL, generation, snapshot, &form));
    assert_false(page_cache_has(cache, generation, snapshot, &form));
    (void)get(cache, generation, snapshot);
    assert_true(page_cache_has(cache, generation, snapshot, &form));
    assert_true(page_cache_has(cache, generation, copy, &form));
    assert_false(page_cache_has(cache, generation, snapshot, &packed));
    assert_false(page_cache_has(cache, generation, snapshot, &part));
    assert_false(page_cache_has(cache, generation, later, &form));
    assert_false(page_cache_has(cache, reloaded, snapshot, &form));
    page_cache_free(cache);
    snapshot_release(later);
    snapshot_release(copy);
    snapshot_release(snapshot);
    generation_release(reloaded);
    generation_release(generation);
}

static void count_note(void *context, const struct apply_note *note)
{
    (void)note;
    ++*(int *)context;
}

static void a_listener_hears_of_what_is_made(void **state)
{
    struct page_cache *cache = page_cache_new();
    struct generation *generation = generation_of(first_map);
    const struct said said[] = {{"/Soc", number(81)}, {"/Unknown", number(1)}};
    struct snapshot *snapshot = battery_says(said, 2);
    const struct page_form form = form_of("", false);
    struct apply_counts counts;
    int notes = 0;
    const struct apply_listener listener = {count_note, &notes};

    (void)state;
    for (int i = 0; i < 3; i++) {
        piece_release(
            page_cache_station(cache, generation, snapshot, &form, &listener, &counts));
        assert_int_equal(notes, 1);
        assert_int_equal(counts.unmapped, 1);
    }
    page_cache_free(cache);

    /* Without a cache each page is made anew. */
    piece_release(
        page_cache_station(NULL, generation, snapshot, &form, &listener, &counts));
    piece_release(
        page_cache_station(NULL, generation, snapshot, &form, &listener, &counts));
    assert_int_equal(notes, 3);
    snapshot_release(snapshot);
    generation_release(generation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_reports_are_the_same_piece),
        cmocka_unit_test(a_change_is_on_the_next_page),
        cmocka_unit_test(a_device_that_is_gone_is_gone),
        cmocka_unit_test(a_reload_makes_the_page_anew),
        cmocka_unit_test(a_page_that_met_not_all_is_not_kept),
        cmocka_unit_test(each_format_has_its_piece),
        cmocka_unit_test(a_filter_is_not_kept_and_disturbs_nothing),
        cmocka_unit_test(a_page_is_there_as_long_as_it_is_kept),
        cmocka_unit_test(a_listener_hears_of_what_is_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
