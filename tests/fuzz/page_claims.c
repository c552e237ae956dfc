/* page_claims.c - see page_claims.h */
#include "page_claims.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/str_index.h"
#include "fuzz.h"
#include "map/metric_map.h"
#include "model/snapshot.h"
#include "render/exposition.h"

#define LABELS_MAX 32
#define NUMBER_MAX 64
#define SEEN_MAX ((size_t)4 * LIMIT_VALUES)

static const char map_rows[] =
    "{\"device\": \"battery\", \"metrics\": ["
    "{\"path\": \"/Alarms/{alarm}\", \"metric\": \"victron_alarm_state\","
    " \"type\": \"gauge\", \"help\": \"An alarm.\"},"
    "{\"path\": \"/Cells\", \"json\": \"/{cell}/{kind}\","
    " \"metric\": \"victron_battery_cell_kind\", \"type\": \"gauge\","
    " \"help\": \"A cell.\"},"
    "{\"path\": \"/Error/{_n}/Id\", \"metric\": \"victron_battery_error_info\","
    " \"type\": \"info\", \"label\": \"error_id\", \"marks\":"
    " {\"level\": {\":e-\": \"e\", \":w-\": \"w\"}}, \"help\": \"An error.\"},"
    "{\"path\": \"/History/ChargedEnergy\", \"absolute\": true, \"scale\": 3600000,"
    " \"metric\": \"victron_battery_charged_energy_joules_total\","
    " \"type\": \"counter\", \"help\": \"Energy.\"},"
    "{\"path\": \"/History/Cycles\", \"metric\": \"victron_battery_cycles_total\","
    " \"type\": \"counter\", \"help\": \"Cycles.\"},"
    "{\"path\": \"/Mode\", \"metric\": \"victron_battery_mode\", \"type\": \"gauge\","
    " \"enum\": {\"1\": \"On\", \"4\": \"Off\"}, \"help\": \"Mode.\"},"
    "{\"path\": \"/ProductName\", \"metric\": \"victron_device_info\","
    " \"type\": \"info\", \"label\": \"product_name\", \"help\": \"Identity.\"},"
    "{\"path\": \"/Serial\", \"metric\": \"victron_device_info\","
    " \"type\": \"info\", \"label\": \"serial\", \"help\": \"Identity.\"},"
    "{\"path\": \"/Soc\", \"metric\": \"victron_battery_state_of_charge_ratio\","
    " \"type\": \"gauge\", \"scale\": 0.01, \"invalid\": [655.35],"
    " \"help\": \"Charge.\"},"
    "{\"path\": \"/State\", \"metric\": \"victron_battery_state\", \"type\": \"gauge\","
    " \"values\": {\"OK\": 0, \"BUS-OFF\": 3}, \"help\": \"State.\"},"
    "{\"path\": \"/Total\", \"metric\": \"victron_battery_pieces\", \"type\": \"gauge\","
    " \"values\": \"decimal\", \"help\": \"A number in a text.\"},"
    "{\"path\": \"/{phase}/V\", \"bind\": {\"phase\": [\"L1\", \"L2\"]},"
    " \"metric\": \"victron_battery_phase_voltage_volts\", \"type\": \"gauge\","
    " \"help\": \"Voltage.\"}], \"ignore\": ["
    "{\"path\": \"/Quiet\", \"reason\": \"a test\"}]}\n"
    "{\"device\": \"*\", \"metrics\": ["
    "{\"path\": \"/Version\", \"metric\": \"victron_platform_version_info\","
    " \"type\": \"info\", \"label\": \"version\", \"scope\": \"station\","
    " \"help\": \"Version.\"}]}\n";

/* ---- one line ---- */

static bool is_name_character(char c, bool is_first)
{
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

    return is_letter || (!is_first && c >= '0' && c <= '9');
}

static struct str take_name(struct str *rest)
{
    struct str name = {rest->p, 0};

    while (name.n < rest->n && is_name_character(rest->p[name.n], name.n == 0))
        name.n++;
    CLAIM(name.n);
    *rest = str_skip(*rest, name.n);
    return name;
}

static void take_text(struct str *rest, struct str expected)
{
    CLAIM(str_starts_with(*rest, expected));
    *rest = str_skip(*rest, expected.n);
}

/* Between the quotes; returns its length as a reader sees it. */
static size_t take_value(struct str *rest)
{
    size_t length = 0;

    while (rest->n && rest->p[0] != '"') {
        if (rest->p[0] == '\\') {
            *rest = str_skip(*rest, 1);
            CLAIM(rest->n && strchr("\\\"n", rest->p[0]));
        }
        *rest = str_skip(*rest, 1);
        length++;
    }
    return length;
}

static void take_labels(struct str *rest)
{
    struct str names[LABELS_MAX];
    size_t count = 0;

    if (!str_starts_with(*rest, STR_OF("{")))
        return;
    do {
        *rest = str_skip(*rest, 1);
        CLAIM(count < LABELS_MAX);
        names[count] = take_name(rest);
        for (size_t i = 0; i < count; i++)
            CLAIM(!str_equal(names[i], names[count]));
        count++;
        take_text(rest, STR_OF("=\""));
        CLAIM(take_value(rest) <= LIMIT_LABEL_BYTES);
        take_text(rest, STR_OF("\""));
    } while (str_starts_with(*rest, STR_OF(",")));
    take_text(rest, STR_OF("}"));
}

static double number_of(struct str text)
{
    char copy[NUMBER_MAX] = "";
    char *end;

    CLAIM(text.n && text.n < NUMBER_MAX);
    memcpy(copy, text.p, text.n);
    double number = strtod(copy, &end);
    CLAIM(end == copy + text.n && isfinite(number));
    return number;
}

/* ---- a page ---- */

struct reading_of_page {
    struct str family; /* the one that was announced last */
    struct str type;
    size_t samples; /* of it */
    struct str_index families, series;
};

static void claim_new(struct str_index *seen, struct str text)
{
    CLAIM(!str_index_get(seen, text));
    str_index_put(seen, text, seen);
    CLAIM(!seen->failed);
}

static void read_type(struct reading_of_page *page, struct str line)
{
    page->family = take_name(&line);
    page->samples = 0;
    claim_new(&page->families, page->family);
    take_text(&line, STR_OF(" "));
    page->type = line;
    CLAIM(str_equal(line, STR_OF("gauge")) || str_equal(line, STR_OF("counter")));
}

static void read_help(const struct reading_of_page *page, struct str line)
{
    CLAIM(str_equal(take_name(&line), page->family) && page->samples == 0);
    take_text(&line, STR_OF(" "));
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] == '\\')
            CLAIM(++i < line.n && (line.p[i] == '\\' || line.p[i] == 'n'));
}

static void read_sample(struct reading_of_page *page, struct str line)
{
    struct str rest = line;

    CLAIM(str_equal(take_name(&rest), page->family));
    take_labels(&rest);
    claim_new(&page->series, (struct str){line.p, line.n - rest.n});
    take_text(&rest, STR_OF(" "));
    double number = number_of(rest);
    CLAIM(number >= 0 || str_equal(page->type, STR_OF("gauge")));
    page->samples++;
}

void page_claims_text(struct str page)
{
    struct reading_of_page reading = {
        .families = str_index_new(SEEN_MAX),
        .series = str_index_new(SEEN_MAX),
        .samples = 1,
    };

    CLAIM(utf8_is_valid(page));
    CLAIM(page.n == 0 || str_ends_with(page, STR_OF("\n")));
    while (page.n) {
        struct str line = str_cut(&page, '\n');
        if (str_starts_with(line, STR_OF("# TYPE "))) {
            CLAIM(reading.samples);
            read_type(&reading, str_skip(line, sizeof "# TYPE " - 1));
        } else if (str_starts_with(line, STR_OF("# HELP "))) {
            read_help(&reading, str_skip(line, sizeof "# HELP " - 1));
        } else {
            read_sample(&reading, line);
        }
    }
    CLAIM(reading.samples);
    str_index_free(&reading.families);
    str_index_free(&reading.series);
}

/* ---- a snapshot ---- */

static struct buf page_of(struct metric_map *map, const struct snapshot *snapshot,
                          struct apply_counts *counts)
{
    static const struct page_filter all = {0};
    struct arena arena = arena_new(FUZZ_TEXT_MAX);
    struct sample_set samples = sample_set_in(&arena);
    struct buf page = buf_new(FUZZ_TEXT_MAX);

    metric_map_apply(map, snapshot, &samples, counts, NULL);
    CLAIM(!samples.failed && samples.count == counts->samples);
    text_renderer.render(&samples, &all, &page);
    CLAIM(!page.failed);
    arena_free(&arena);
    return page;
}

void page_claims_snapshot(struct metric_map *map, const struct snapshot *snapshot)
{
    struct apply_counts counts;
    struct apply_counts again;
    struct buf page = page_of(map, snapshot, &counts);
    struct buf second = page_of(map, snapshot, &again);

    page_claims_text(buf_str(&page));
    CLAIM(str_equal(buf_str(&page), buf_str(&second)));
    CLAIM(counts.unmapped == again.unmapped);
    CLAIM(memcmp(counts.refused, again.refused, sizeof counts.refused) == 0);
    buf_free(&second);
    buf_free(&page);
}

struct metric_map *page_claims_map(void)
{
    const struct map_text text = {STR("map"), {map_rows, sizeof map_rows - 1}};
    const struct map_options options = {
        .built_in = &text, .built_in_count = 1, .level = MAP_FULL, .site = STR("x")};
    struct buf mistakes = buf_new(FUZZ_TEXT_MAX);
    struct metric_map *map = NULL;

    if (metric_map_load(&options, &map, &mistakes) != ERR_OK)
        (void)fwrite(mistakes.p, 1, mistakes.n, stderr);
    CLAIM(map);
    buf_free(&mistakes);
    return map;
}
