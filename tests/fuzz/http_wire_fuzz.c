/* http_wire_fuzz.c - answers of the API, a record each, the first the list of services:
 * names, reports and a page of them. */
#include <math.h>

#include "fuzz.h"
#include "map/metric_map.h"
#include "model/snapshot.h"
#include "page_claims.h"
#include "source/http_wire.h"

/* Few, so that the limit is met. */
#define VALUES_MAX 8

static const struct str services[] = {
    STR("com.victronenergy.battery.a"),
    STR("com.victronenergy.battery.b"),
    STR("com.victronenergy.tank.c"),
};
#define SERVICE_COUNT (sizeof services / sizeof *services)

static void try_services(struct str body)
{
    struct arena arena = arena_new(FUZZ_TEXT_MAX);
    struct buf path = buf_new(FUZZ_TEXT_MAX);
    struct str *names = NULL;
    size_t count = 0;
    size_t dropped = 0;
    struct error error = {0};

    if (http_wire_services(body, &arena, &names, &count, &dropped, &error) == ERR_OK) {
        CLAIM(count && count <= HTTP_WIRE_NAMES_MAX);
        CLAIM(dropped == 0 || count == HTTP_WIRE_NAMES_MAX);
        for (size_t i = 0; i < count; i++) {
            CLAIM(i == 0 || str_compare(names[i - 1], names[i]) < 0);
            CLAIM(http_wire_device(names[i]).n && names[i].n <= HTTP_WIRE_NAME_BYTES);
            http_wire_value_path(STR_OF("/p"), names[i], &path);
        }
        CLAIM(!path.failed && !str_contains(buf_str(&path), STR_OF(" ")));
    } else {
        CLAIM(error.text[0]);
    }
    buf_free(&path);
    arena_free(&arena);
}

static void claim_report(const struct report *report)
{
    CLAIM(report->reading_count && report->reading_count <= VALUES_MAX);
    CLAIM(report->instance.n);
    for (size_t i = 0; i < report->reading_count; i++) {
        const struct reading *reading = &report->readings[i];
        CLAIM(str_starts_with(reading->path, STR_OF("/")));
        CLAIM(reading->path.n <= LIMIT_PATH_BYTES && utf8_is_valid(reading->path));
        CLAIM(reading->value.kind != VALUE_NUMBER || isfinite(reading->value.number));
        CLAIM(utf8_is_valid(reading->value.text));
    }
}

static void try_report(struct snapshot *snapshot, struct str service, struct str body)
{
    struct report *report = NULL;
    struct error error = {0};

    if (http_wire_report(service, body, VALUES_MAX, &report, &error) != ERR_OK) {
        CLAIM(!report && error.text[0]);
        return;
    }
    if (report->reading_count)
        claim_report(report);
    snapshot_add(snapshot, report);
    report_release(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = fuzz_input(data, size);
    struct snapshot *snapshot = snapshot_new();
    struct metric_map *map = page_claims_map();

    try_services(str_cut(&rest, RECORD_END));
    for (size_t i = 0; i < SERVICE_COUNT && rest.n; i++)
        try_report(snapshot, services[i], str_cut(&rest, RECORD_END));
    snapshot_sort(snapshot);
    page_claims_snapshot(map, snapshot);
    metric_map_free(map);
    snapshot_release(snapshot);
    return 0;
}
