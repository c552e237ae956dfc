/* self_exporter.c - the program itself: build, reloads, requests, log lines. */
#include <stdio.h>

#include "base/log.h"
#include "self/build.h"
#include "self/self_parts.h"

static const struct family build_family = {STR("victron_exporter_build_info"),
                                           STR("Which program answers."), STR(""),
                                           SAMPLE_INFO};
static const struct family reload_family = {
    STR("victron_exporter_config_last_reload_successful"),
    STR("1 if the last reading of map, site and web files succeeded."), STR(""),
    SAMPLE_GAUGE};
static const struct family requests_family = {
    STR("victron_exporter_http_requests_total"),
    STR("Requests answered, by page and status code."), STR(""), SAMPLE_COUNTER};
static const struct family log_family = {
    STR("victron_exporter_log_messages_total"),
    STR("Log lines by level, those below --log.level counted too."), STR(""),
    SAMPLE_COUNTER};

#define STATUS_TEXT_MAX 16

static void add_requests(const struct self_view *self, struct sample_set *samples)
{
    for (size_t i = 0; i < self->request_count; i++) {
        char status[STATUS_TEXT_MAX];
        (void)snprintf(status, sizeof status, "%d", self->requests[i].status);
        const struct label labels[] = {
            {STR("handler"), str_from(self->requests[i].handler)},
            {STR("code"), str_from(status)},
        };
        sample_set_add_labelled(samples, &requests_family, labels, 2,
                                (double)self->requests[i].count);
    }
}

static void add_log_lines(struct sample_set *samples)
{
    for (int level = 0; level < LOG_LEVEL_END; level++) {
        const struct label label = {STR("level"),
                                    str_from(log_level_word((enum log_level)level))};
        sample_set_add_labelled(samples, &log_family, &label, 1,
                                (double)log_lines((enum log_level)level));
    }
}

void self_exporter_apply(const struct self_view *self, struct sample_set *samples)
{
    const struct label build[] = {
        {STR("version"), str_from(build_version)},
        {STR("revision"), str_from(build_revision)},
        {STR("compiler"), str_from(build_compiler)},
    };

    sample_set_add_labelled(samples, &build_family, build, sizeof build / sizeof *build,
                            1);
    sample_set_add_labelled(samples, &reload_family, NULL, 0, self->was_reload_good);
    add_requests(self, samples);
    add_log_lines(samples);
}
