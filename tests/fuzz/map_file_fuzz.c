/* map_file_fuzz.c - a --map.file over a small map: one line a mistake, or a map that
 * makes good pages, and whose printed form is read back as the same map. */
#include <jansson.h>

#include "fuzz.h"
#include "map/metric_map.h"
#include "model/snapshot.h"
#include "page_claims.h"

static const char base_rows[] =
    "{\"device\": \"battery\", \"metrics\": ["
    "{\"path\": \"/Dc/0/Voltage\", \"metric\": \"victron_battery_voltage_volts\","
    " \"type\": \"gauge\", \"help\": \"Voltage.\"},"
    "{\"path\": \"/Serial\", \"metric\": \"victron_device_info\","
    " \"type\": \"info\", \"label\": \"serial\", \"help\": \"Identity.\"}]}";

static const struct {
    const char *path;
    struct value value;
} readings[] = {
    {"/Dc/0/Voltage", {.kind = VALUE_NUMBER, .number = 51.2}},
    {"/Soc", {.kind = VALUE_NUMBER, .number = -81}},
    {"/Mode", {.kind = VALUE_NUMBER, .number = 3}},
    {"/Serial", {.kind = VALUE_TEXT, .text = STR("HQ\n\"x\\")}},
    {"/State", {.kind = VALUE_TEXT, .text = STR("12.5")}},
    {"/L1/V", {.kind = VALUE_NUMBER, .number = 230.1}},
    {"/L2/V", {.kind = VALUE_NUMBER, .number = 1e300}},
    {"/Cells", {.kind = VALUE_JSON, .text = STR("[{\"a\":1.5},{\"a\":2}]")}},
};

static enum err load(struct str added, struct metric_map **out_map, struct buf *mistakes)
{
    const struct map_text base = {STR("base"), {base_rows, sizeof base_rows - 1}};
    const struct map_text text = {STR("added"), added};
    const struct map_options options = {
        .built_in = &base,
        .built_in_count = 1,
        .added = &text,
        .added_count = 1,
        .level = MAP_FULL,
        .site = STR("x"),
    };

    return metric_map_load(&options, out_map, mistakes);
}

static struct buf printed(const struct metric_map *map)
{
    struct buf text = buf_new(FUZZ_TEXT_MAX);

    metric_map_print(map, &text);
    CLAIM(!text.failed);
    for (struct str rest = buf_str(&text); rest.n;) {
        struct str line = str_cut(&rest, '\n');
        json_t *json = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
        CLAIM(json_is_object(json));
        json_decref(json);
    }
    return text;
}

static void claim_read_back(const struct metric_map *map)
{
    struct buf first = printed(map);
    struct buf mistakes = buf_new(FUZZ_TEXT_MAX);
    struct metric_map *again = NULL;

    if (load(buf_str(&first), &again, &mistakes) != ERR_OK) {
        (void)fwrite(mistakes.p, 1, mistakes.n, stderr);
        CLAIM(again != NULL);
    }
    struct buf second = printed(again);
    CLAIM(str_equal(buf_str(&first), buf_str(&second)));
    metric_map_free(again);
    buf_free(&second);
    buf_free(&mistakes);
    buf_free(&first);
}

static void claim_summary(const struct metric_map *map)
{
    struct buf text = buf_new(FUZZ_TEXT_MAX);

    metric_map_summary(map, &text);
    CLAIM(!text.failed);
    fuzz_claim_lines(buf_str(&text));
    buf_free(&text);
}

static void claim_page(struct metric_map *map)
{
    const size_t count = sizeof readings / sizeof *readings;
    struct report *report =
        report_new(STR_OF("com.victronenergy.battery.a"), STR_OF("battery"), count);
    struct snapshot *snapshot = snapshot_new();

    for (size_t i = 0; i < count; i++)
        report_add(report, str_from(readings[i].path), readings[i].value);
    report_set_instance(report, STR_OF("512"));
    snapshot_add(snapshot, report);
    report_release(report);
    page_claims_snapshot(map, snapshot);
    snapshot_release(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf mistakes = buf_new(FUZZ_TEXT_MAX);
    struct metric_map *map = NULL;

    if (load(fuzz_input(data, size), &map, &mistakes) == ERR_OK) {
        CLAIM(mistakes.n == 0);
        claim_page(map);
        claim_summary(map);
        claim_read_back(map);
        metric_map_free(map);
    } else {
        fuzz_claim_lines(buf_str(&mistakes));
    }
    buf_free(&mistakes);
    return 0;
}
