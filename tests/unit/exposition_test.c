/* exposition_test.c - samples to bytes in both formats, and which one is asked for. */
#include "check.h"

#include "base/arena.h"
#include "model/sample.h"
#include "render/renderer.h"

#define ARENA_MAX (1024 * 1024)
#define PAGE_MAX (64 * 1024)

static const struct family voltage = {STR("victron_battery_voltage_volts"),
                                      STR("Says \"hi\" with \\ and\nnewline."),
                                      STR("volts"), SAMPLE_GAUGE};
static const struct family energy = {STR("victron_grid_energy_forward_joules_total"),
                                     STR("Energy bought."), STR("joules"),
                                     SAMPLE_COUNTER};
static const struct family info = {STR("victron_device_info"), STR("Who it is."), STR(""),
                                   SAMPLE_INFO};

static struct sample_set a_page(struct arena *arena)
{
    struct sample_set set = sample_set_in(arena);
    const struct label battery[] = {{STR("device"), STR("battery")},
                                    {STR("instance"), STR("512")}};
    const struct label grid[] = {{STR("device"), STR("grid")},
                                 {STR("instance"), STR("30")}};
    const struct label named[] = {{STR("device"), STR("battery")},
                                  {STR("name"), STR("a \"b\" \\ \n\xff")}};

    sample_set_add_labelled(&set, &voltage, battery, 2, 49.81);
    sample_set_add_labelled(&set, &energy, grid, 2, 3600000);
    sample_set_add_labelled(&set, &info, named, 2, 1);
    assert_false(set.failed);
    return set;
}

static void check_page(const char *accept, const struct page_filter *filter,
                       const char *expected)
{
    struct arena arena = arena_new(ARENA_MAX);
    struct sample_set set = a_page(&arena);
    struct buf out = buf_new(PAGE_MAX);

    const struct renderer *renderer = renderer_for(str_from(accept));
    renderer->render(&set, filter, &out);
    buf_add_text(&out, renderer->end);
    check_str(buf_str(&out), expected);
    buf_free(&out);
    arena_free(&arena);
}

static void writes_text(void **state)
{
    (void)state;
    check_page(
        "", &(struct page_filter){0},
        "# TYPE victron_battery_voltage_volts gauge\n"
        "# HELP victron_battery_voltage_volts Says \"hi\" with \\\\ and\\nnewline.\n"
        "victron_battery_voltage_volts{device=\"battery\",instance=\"512\"} 49.81\n"
        "# TYPE victron_grid_energy_forward_joules_total counter\n"
        "# HELP victron_grid_energy_forward_joules_total Energy bought.\n"
        "victron_grid_energy_forward_joules_total{device=\"grid\",instance=\"30\"} "
        "3600000\n"
        "# TYPE victron_device_info gauge\n"
        "# HELP victron_device_info Who it is.\n"
        "victron_device_info{device=\"battery\",name=\"a \\\"b\\\" \\\\ "
        "\\n\xef\xbf\xbd\"} 1\n");
}

static void writes_openmetrics(void **state)
{
    (void)state;
    check_page(
        "application/openmetrics-text;version=1.0.0", &(struct page_filter){0},
        "# TYPE victron_battery_voltage_volts gauge\n"
        "# UNIT victron_battery_voltage_volts volts\n"
        "# HELP victron_battery_voltage_volts Says \\\"hi\\\" with \\\\ and\\nnewline.\n"
        "victron_battery_voltage_volts{device=\"battery\",instance=\"512\"} 49.81\n"
        "# TYPE victron_grid_energy_forward_joules counter\n"
        "# UNIT victron_grid_energy_forward_joules joules\n"
        "# HELP victron_grid_energy_forward_joules Energy bought.\n"
        "victron_grid_energy_forward_joules_total{device=\"grid\",instance=\"30\"} "
        "3600000\n"
        "# TYPE victron_device info\n"
        "# HELP victron_device Who it is.\n"
        "victron_device_info{device=\"battery\",name=\"a \\\"b\\\" \\\\ "
        "\\n\xef\xbf\xbd\"} 1\n"
        "# EOF\n");
}

static void filters_by_name_and_device(void **state)
{
    const struct str names[] = {STR("victron_grid_energy_forward_joules"),
                                STR("victron_battery_voltage_volts")};
    const struct str devices[] = {STR("grid")};
    const struct page_filter filter = {names, 2, devices, 1};
    (void)state;

    check_page(
        "", &filter,
        "# TYPE victron_grid_energy_forward_joules_total counter\n"
        "# HELP victron_grid_energy_forward_joules_total Energy bought.\n"
        "victron_grid_energy_forward_joules_total{device=\"grid\",instance=\"30\"} "
        "3600000\n");
}

static void chooses_by_accept(void **state)
{
    static const char text[] = "text/plain; version=0.0.4; charset=utf-8";
    static const char om[] = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    static const char draft[] =
        "application/openmetrics-text; version=0.0.1; charset=utf-8";
    static const struct {
        const char *accept, *content_type;
    } cases[] = {
        {"", text},
        {"*/*", text},
        {"text/html,application/xhtml+xml,*/*;q=0.8", text},
        {"application/openmetrics-text", om},
        {"application/openmetrics-text; version=1.0.0; charset=utf-8", om},
        {"Application/OpenMetrics-Text; Version=\"1.0.0\"", om},
        {"application/openmetrics-text;version=0.0.1,text/plain;version=0.0.4;q=0.5",
         draft},
        {"application/openmetrics-text;version=2.0.0", text},
        {"application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.9", text},
        {"application/openmetrics-text;version=1.0.0;q=0,*/*;q=0", text},
        {"text/plain;version=1.0.0;q=0.9,application/openmetrics-text;q=0.1", om},
        /* Prometheus 2.42 and 3.x as they send it */
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
         "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         om},
        {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
         "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;"
         "escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
         om},
        {",,;;q=,;q=x, =;=", text},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++)
        check_str(str_from(renderer_for(str_from(cases[i].accept))->content_type),
                  cases[i].content_type);
}

static void a_label_is_cut_at_a_character(void **state)
{
    struct arena arena = arena_new(ARENA_MAX);
    char name[300];
    (void)state;

    for (size_t i = 0; i < sizeof name; i++)
        name[i] = i % 2 ? '\xa9' : '\xc3'; /* é, 150 times */
    const struct label label = {STR("name"), {name, sizeof name}};
    const struct series *series = series_in(&arena, &info, &label, 1);
    assert_int_equal(series->text.n, 19 + 7 + 256 + 3);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_text),
        cmocka_unit_test(writes_openmetrics),
        cmocka_unit_test(filters_by_name_and_device),
        cmocka_unit_test(chooses_by_accept),
        cmocka_unit_test(a_label_is_cut_at_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
