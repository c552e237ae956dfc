/* config_help.c - the table of options, told to people three times. */
#include "config/config.h"

#include <assert.h>

#include "config/options.h"

#define HELP_COLUMNS 100
#define HELP_TEXT_COLUMN 37 /* where the explanations begin */

#define SENTENCE_BYTES_MAX 4096

static const char usage[] =
    "usage: victron_exporter --station.url=URL [--flag=value ...]\n"
    "\n"
    "Prometheus exporter for one Victron Energy station (a GX device).\n"
    "\n"
    "  victron_exporter --station.url=http://venus.local:8088 --site=home\n"
    "  victron_exporter --station.url=mqtts://192.168.1.20 --site=boat "
    "--mqtt.ca-file=gx.pem \\\n"
    "      --mqtt.skip-hostname-check --mqtt.username=exporter "
    "--mqtt.password-file=gx-password\n";

static const char notes[] =
    "\n"
    "Durations are written as in Prometheus: 500ms, 10s, 1m30s. A flag without a value\n"
    "means true. Each flag but those under \"Instead of serving\" is also an "
    "environment\n"
    "variable, VICTRON_EXPORTER_STATION_URL for --station.url; a flag that may be\n"
    "repeated is a comma list there. The command line wins.\n"
    "\n"
    "SIGHUP reads map, site and web files again; SIGTERM ends. Exit codes: 0 fine, 1 "
    "the\n"
    "station did not answer, 2 a mistake in a flag or file.\n";

/* Adds "--name=ARGUMENT". */
static void add_flag(const struct option *option, struct buf *out)
{
    buf_printf(out, "--%.*s", STR_ARG(option->name));
    if (option->argument)
        buf_printf(out, "=%s", option->argument);
}

/* Adds the default as people read it, nothing where there is none. */
static void add_default(const struct option *option, struct buf *out)
{
    buf_add_text(out, option->fallback_words ? option->fallback_words : "");
    buf_add(out, option->fallback);
}

static void add_sentence(const struct option *option, struct buf *out)
{
    buf_add_text(out, option->help);
    if (option->kind == OPTION_LIST)
        buf_add_text(out, " May be repeated.");
}

/* Adds words from HELP_TEXT_COLUMN on, over as many lines as they need. */
static void add_wrapped(struct str words, struct buf *out)
{
    size_t column = HELP_TEXT_COLUMN;

    while (words.n) {
        struct str word = str_cut(&words, ' ');
        bool is_first = column == HELP_TEXT_COLUMN;
        if (!is_first && column + 1 + word.n > HELP_COLUMNS) {
            buf_printf(out, "\n%*s", HELP_TEXT_COLUMN, "");
            column = HELP_TEXT_COLUMN;
            is_first = true;
        }
        if (!is_first)
            buf_add_char(out, ' ');
        buf_add(out, word);
        column += word.n + !is_first;
    }
    buf_add_char(out, '\n');
}

static void add_help_row(const struct option *option, struct buf *out)
{
    struct buf words = buf_new(SENTENCE_BYTES_MAX);
    size_t start = out->n;

    add_sentence(option, &words);
    if (option->fallback.n || option->fallback_words) {
        buf_add_text(&words, " (default: ");
        add_default(option, &words);
        buf_add_char(&words, ')');
    }
    buf_add_text(out, "  ");
    add_flag(option, out);
    int column = (int)(out->n - start);
    assert(column < HELP_TEXT_COLUMN);
    buf_printf(out, "%*s", HELP_TEXT_COLUMN - column, "");
    add_wrapped(buf_str(&words), out);
    buf_free(&words);
}

void config_help(struct buf *out)
{
    buf_add_text(out, usage);
    for (size_t i = 0; i < option_count; i++) {
        enum option_group group = option_table[i].group;
        if (i == 0 || group != option_table[i - 1].group)
            buf_printf(out, "\n%s\n", option_group_title(group));
        add_help_row(&option_table[i], out);
    }
    buf_add_text(out, notes);
}

static const char markdown_head[] =
    "# Flags\n"
    "\n"
    "Made from the table of options (`exporter/config/option_table.c`).\n"
    "\n"
    "Each flag is written `--flag=value`; `--flag` alone means true. Durations are\n"
    "written as in Prometheus: `500ms`, `10s`, `1m30s`. Each flag but the actions is\n"
    "also an environment variable; the command line wins, and a flag that may be\n"
    "repeated is a comma list there. An empty variable counts as not set.\n";

/* Adds text into a cell of a table: a bar would end it, * and < would be markup. */
static void add_cell(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '|' || text.p[i] == '*' || text.p[i] == '<')
            buf_add_char(out, '\\');
        buf_add_char(out, text.p[i]);
    }
}

static void add_markdown_row(const struct option *option, struct buf *out)
{
    struct buf words = buf_new(SENTENCE_BYTES_MAX);
    char variable[OPTION_VARIABLE_MAX];

    option_variable(option, variable);
    buf_add_text(out, "| `");
    add_flag(option, out);
    buf_add_text(out, "` | ");
    if (!option_is_action(option))
        buf_printf(out, "`%s`", variable);
    buf_add_text(out, " | ");
    add_default(option, out);
    buf_add_text(out, " | ");
    add_sentence(option, &words);
    add_cell(buf_str(&words), out);
    buf_add_text(out, " |\n");
    buf_free(&words);
}

void config_help_markdown(struct buf *out)
{
    buf_add_text(out, markdown_head);
    for (size_t i = 0; i < option_count; i++) {
        enum option_group group = option_table[i].group;
        if (i == 0 || group != option_table[i - 1].group)
            buf_printf(out,
                       "\n## %s\n\n"
                       "| flag | environment | default | meaning |\n"
                       "|---|---|---|---|\n",
                       option_group_title(group));
        add_markdown_row(&option_table[i], out);
    }
}

static const char man_head[] =
    ".TH VICTRON_EXPORTER 1 \"\" victron_exporter \"User Commands\"\n"
    ".nh\n"
    ".ad l\n"
    ".SH NAME\n"
    "victron_exporter \\- Prometheus exporter for one Victron Energy station\n"
    ".SH SYNOPSIS\n"
    "\\fBvictron_exporter \\-\\-station.url\\fR=\\fIURL\\fR\n"
    "[\\fB\\-\\-flag\\fR=\\fIvalue\\fR ...]\n"
    ".SH DESCRIPTION\n"
    "Reads one station, a GX device such as a Cerbo GX, over its DBus HTTP API or over\n"
    "MQTT, and serves its values to Prometheus. Over HTTP each scrape asks the station\n"
    "anew and is answered within the scraper's time. A fleet runs one exporter a\n"
    "station. The exporter never writes to a station.\n"
    ".PP\n"
    "Durations are written as in Prometheus: 500ms, 10s, 1m30s. A flag without a value\n"
    "means true.\n";

static const char man_tail[] =
    ".SH ENVIRONMENT\n"
    "Each flag but those that do something instead of serving is also a variable:\n"
    "\\fBVICTRON_EXPORTER_\\fR and the flag in capitals, dots and dashes as\n"
    "underscores, \\fBVICTRON_EXPORTER_STATION_URL\\fR for \\fB\\-\\-station.url\\fR. A\n"
    "flag that may be repeated is a comma list there. An empty variable counts as not\n"
    "set. The command line wins.\n"
    ".SH SIGNALS\n"
    ".TP\n"
    ".B SIGHUP\n"
    "Reads map, site and web files again. After a mistake in one the old ones stay in\n"
    "use; the log and a metric tell it.\n"
    ".TP\n"
    ".BR SIGTERM \", \" SIGINT\n"
    "End it, after the scrapes that are under way.\n"
    ".SH EXIT STATUS\n"
    ".TP\n"
    ".B 0\n"
    "Fine.\n"
    ".TP\n"
    ".B 1\n"
    "The station did not answer.\n"
    ".TP\n"
    ".B 2\n"
    "A mistake in a flag, a variable or a file; one line on standard error for each\n"
    "says which and what is allowed.\n"
    ".SH FILES\n"
    ".TP\n"
    ".I /etc/victron_exporter/NAME.env\n"
    "The variables of the service \\fBvictron_exporter@\\fR\\fINAME\\fR.\n"
    ".TP\n"
    ".I /etc/victron_exporter/NAME.mqtt\\-password\n"
    "Read by root only. That service finds it as\n"
    ".IR /run/secrets/mqtt\\-password .\n"
    ".TP\n"
    ".I /etc/victron_exporter/NAME.http\\-password\n"
    "Likewise.\n"
    ".SH EXAMPLES\n"
    "Look once, without serving:\n"
    ".PP\n"
    ".nf\n"
    "    victron_exporter \\-\\-station.url=http://venus.local:8088 \\-\\-site=home "
    "\\-\\-once\n"
    ".fi\n"
    ".PP\n"
    "Serve a station that is reached over MQTT with TLS:\n"
    ".PP\n"
    ".nf\n"
    "    victron_exporter \\-\\-station.url=mqtts://192.168.1.20 \\-\\-site=boat \\e\n"
    "        \\-\\-mqtt.ca\\-file=gx.pem \\-\\-mqtt.skip\\-hostname\\-check \\e\n"
    "        \\-\\-mqtt.username=exporter \\-\\-mqtt.password\\-file=gx\\-password\n"
    ".fi\n"
    ".SH SEE ALSO\n"
    ".BR prometheus (1),\n"
    ".BR promtool (1)\n";

/* Adds text as roff takes it literally. */
static void add_roff(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '-' || text.p[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, text.p[i]);
    }
}

static void add_man_row(const struct option *option, struct buf *out)
{
    struct buf words = buf_new(SENTENCE_BYTES_MAX);

    add_sentence(option, &words);
    buf_add_text(out, ".TP\n\\fB\\-\\-");
    add_roff(option->name, out);
    buf_add_text(out, "\\fR");
    if (option->argument)
        buf_printf(out, "=\\fI%s\\fR", option->argument);
    buf_add_char(out, '\n');
    add_roff(buf_str(&words), out);
    if (option->fallback.n || option->fallback_words) {
        buf_add_text(out, "\nDefault: ");
        add_default(option, out);
        buf_add_char(out, '.');
    }
    buf_add_char(out, '\n');
    buf_free(&words);
}

void config_help_man(struct buf *out)
{
    buf_add_text(out, man_head);
    buf_add_text(out, ".SH OPTIONS\n");
    for (size_t i = 0; i < option_count; i++) {
        enum option_group group = option_table[i].group;
        if (i == 0 || group != option_table[i - 1].group)
            buf_printf(out, ".SS %s\n", option_group_title(group));
        add_man_row(&option_table[i], out);
    }
    buf_add_text(out, man_tail);
}
