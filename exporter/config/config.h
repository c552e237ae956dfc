/* config.h - everything that was said on the command line and in the environment.
 *
 * defaults < VICTRON_EXPORTER_* < argv, in one struct, constant from then on.  The
 * options themselves are the table in option_table.c: parser, --help and the docs read
 * it.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"

/* What to do; the default is to serve. */
enum action {
    ACTION_SERVE,
    ACTION_HELP,
    ACTION_VERSION,
    ACTION_MAP_CHECK,
    ACTION_MAP_PRINT,
    ACTION_ONCE,
    ACTION_UNMAPPED,
    ACTION_RECORD,
    ACTION_HEALTH_CHECK,
};

enum config_level { LEVEL_CORE, LEVEL_STANDARD, LEVEL_FULL };

#define CONFIG_LIST_MAX 64

struct str_list {
    struct str items[CONFIG_LIST_MAX];
    size_t count;
};

struct config {
    enum action action;

    struct str station_url; /* empty only for actions that need no station */
    struct str site;        /* given, or made of the URL */
    bool site_is_default;
    struct str site_file;
    struct str_list device_include, device_exclude;
    struct str record_directory; /* of ACTION_RECORD */

    enum config_level map_level;
    struct str_list map_files;

    int64_t scrape_timeout_ms;
    int64_t scrape_timeout_offset_ms;
    int64_t scrape_min_interval_ms;

    struct str http_username, http_password_file, http_ca_file;
    bool http_skip_verify;
    struct str mqtt_username, mqtt_password_file, mqtt_ca_file, mqtt_portal_id;
    bool mqtt_skip_verify, mqtt_skip_hostname_check;
    int64_t mqtt_stale_after_ms;

    struct str_list listen_addresses;
    struct str telemetry_path;
    struct str web_config_file;
    uint64_t web_max_requests;
    bool web_systemd_socket;
    bool web_enable_lifecycle;
    bool web_disable_exporter_metrics;

    enum log_level log_level;
    enum log_format log_format;

    struct str_list warnings; /* said once at start: password over plain http, … */
    struct arena arena;       /* the texts */
};

/* argv without the program's name; environment as in `environ`.  On failure
 * (ERR_USAGE) *mistakes holds one line for each mistake, each naming the flag, the value
 * and what is allowed; *out_config is untouched. */
enum err config_load(int argc, const char *const *argv, const char *const *environment,
                     struct config *out_config, struct buf *mistakes)
    __attribute__((warn_unused_result));

void config_free(struct config *config);

/* Adds the text of --help, at most 100 columns. */
void config_help(struct buf *out);

/* Adds the table of options as Markdown (docs/flags.md). */
void config_help_markdown(struct buf *out);

/* Adds the manual page (roff, docs/victron_exporter.1). */
void config_help_man(struct buf *out);

#endif
