/* record.c - --station.record: a station's answers as files that anybody may see. */
#include <stdio.h>

#include "actions/actions.h"
#include "actions/anonymise.h"
#include "actions/output.h"
#include "actions/recording_directory.h"
#include "actions/recording_files.h"
#include "actions/station_access.h"
#include "base/arena.h"
#include "base/buf.h"
#include "config/config.h"
#include "model/snapshot.h"
#include "model/want.h"
#include "station.h"

/* All files, and what is needed to make them. */
#define FILES_ARENA_MAX ((size_t)512 * 1024 * 1024)

#define SUMMARY_MAX ((size_t)256 * 1024)

/* Every device type, also those that no map knows. */
static const struct want want_all = {.device = STR("*")};

static const struct {
    enum datum datum;
    const char *words;
} replaced[] = {
    {DATUM_PORTAL_ID, "portal ids"},  {DATUM_VIN, "VINs"},
    {DATUM_SERIAL, "serials"},        {DATUM_NAME, "names"},
    {DATUM_MESSAGE, "messages"},      {DATUM_MAC, "MAC addresses"},
    {DATUM_IPV4, "IPv4 addresses"},   {DATUM_IPV6, "IPv6 addresses"},
    {DATUM_MAIL, "e-mail addresses"},
};

/* What a recording is made of. */
struct recorder {
    const struct config *config;
    struct recording_directory *directory;
    struct station *station;
    struct snapshot *snapshot;  /* as the station said it: never written or printed */
    struct snapshot *anonymous; /* of it */
    struct anonymise_counts counts;
    struct arena arena;
    struct recording_files files;
};

static void add_failures(const struct snapshot *anonymous, struct buf *out)
{
    for (size_t i = 0; i < anonymous->report_count; i++) {
        const struct report *report = anonymous->reports[i];
        if (!report->reading_count && report->outcome < ERR_STATION_END)
            buf_printf(out, "not recorded: %.*s, no values (%s)\n",
                       STR_ARG(report->service),
                       report->outcome == ERR_OK ? "empty" : err_reason(report->outcome));
    }
}

static void add_left_out(size_t count, const char *words, struct buf *out)
{
    if (count)
        buf_printf(out, "left out: %s: %zu\n", words, count);
}

/* Kinds and counts, never an original. */
static void add_summary(const struct recorder *recorder, struct buf *out)
{
    const struct anonymise_counts *counts = &recorder->counts;

    buf_printf(out, "recorded into %.*s: services: %zu, values: %zu\n",
               STR_ARG(recorder->config->record_directory), recorder->files.service_count,
               recorder->files.value_count);
    for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++)
        if (counts->different[replaced[i].datum])
            buf_printf(out, "replaced: %s: %zu (places: %zu)\n", replaced[i].words,
                       counts->different[replaced[i].datum],
                       counts->places[replaced[i].datum]);
    if (counts->places[DATUM_POSITION])
        buf_printf(out, "replaced: positions (places: %zu)\n",
                   counts->places[DATUM_POSITION]);
    add_left_out(counts->places[DATUM_SECRET], "secrets", out);
    add_left_out(counts->places[DATUM_SETTING], "texts of settings", out);
    add_left_out(counts->too_large, "values too large", out);
    add_failures(recorder->anonymous, out);
}

static int print_summary(const struct recorder *recorder)
{
    struct buf text = buf_new(SUMMARY_MAX);

    add_summary(recorder, &text);
    int code = output_print(&text);
    buf_free(&text);
    return code;
}

static enum err write_files(struct recorder *recorder, struct error *error)
{
    enum err outcome = anonymise_snapshot(recorder->snapshot, &recorder->anonymous,
                                          &recorder->counts, error);

    if (outcome == ERR_OK)
        outcome = recording_files_in(&recorder->arena, recorder->anonymous,
                                     &recorder->files, error);
    if (outcome == ERR_OK)
        outcome = recording_directory_write(recorder->directory, &recorder->files, error);
    return outcome;
}

static int record(struct recorder *recorder, struct error *error)
{
    const struct config *config = recorder->config;
    const struct want_list wants = {.wants = &want_all, .count = 1};
    enum err outcome =
        recording_directory_open(config->record_directory, &recorder->directory, error);

    if (outcome == ERR_OK)
        outcome = station_ask_once(config, &wants, &recorder->station,
                                   &recorder->snapshot, error);
    if (outcome != ERR_OK)
        return EXIT_USAGE;
    if (!snapshot_has_values(recorder->snapshot)) {
        (void)error_set(error, ERR_EMPTY,
                        "--station.url=%.*s: the station gave no values",
                        STR_ARG(config->station_url));
        return EXIT_STATION;
    }
    return write_files(recorder, error) == ERR_OK ? EXIT_WELL : EXIT_USAGE;
}

int action_record(const struct config *config)
{
    struct recorder recorder = {.config = config, .arena = arena_new(FILES_ARENA_MAX)};
    struct error error = {0};
    int code = record(&recorder, &error);

    if (code == EXIT_WELL)
        code = print_summary(&recorder);
    else
        (void)fprintf(stderr, "%s\n", error.text);
    recording_directory_close(recorder.directory);
    snapshot_release(recorder.anonymous);
    snapshot_release(recorder.snapshot);
    station_close(recorder.station);
    arena_free(&recorder.arena);
    return code;
}
