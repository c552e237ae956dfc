/* site_file_markdown.c - docs/site-file.md, made of the two tables. */
#include "base/decimal.h"
#include "config/site_file.h"
#include "config/site_keys.h"
#include "config/site_parameters.h"

static const char head[] =
    "# Site file\n"
    "\n"
    "Made from the tables of `exporter/config/site_keys.c` and `site_parameters.c`.\n"
    "\n"
    "What the owner knows about a station and it does not (`--site.file=FILE`): JSON,\n"
    "read at the start and at each reload. An unknown key, a wrong type or a number out\n"
    "of range is refused, with what is allowed.\n"
    "\n"
    "```json\n"
    "{\n"
    "  \"name\": \"Mill house\",\n"
    "  \"region\": \"alps\",\n"
    "  \"timezone\": \"Europe/Berlin\",\n"
    "  \"grid_profile\": \"eu\",\n"
    "  \"chemistry\": \"lfp\",\n"
    "  \"latitude\": 47.5,\n"
    "  \"longitude\": 11.1,\n"
    "  \"expected\": {\"battery\": 1, \"vebus\": 1},\n"
    "  \"parameters\": {\"soc_low_ratio\": 0.3, \"battery_capacity_joules\": 51480000},\n"
    "  \"devices\": {\n"
    "    \"solarcharger/279\": {\n"
    "      \"pv_peak_watts\": 3000,\n"
    "      \"trackers\": {\"0\": {\"pv_peak_watts\": 1500}}\n"
    "    }\n"
    "  }\n"
    "}\n"
    "```\n"
    "\n"
    "## Keys\n"
    "\n"
    "| key | allowed | meaning |\n"
    "|---|---|---|\n";

static const char parameters_head[] =
    "\n"
    "## Parameters\n"
    "\n"
    "Each becomes a series `victron_site_parameter`. Rules and dashboards take it from\n"
    "here first, then from what the station publishes, then the default; \"silent\" "
    "means\n"
    "that without it they say nothing. Names end in their base unit: joules are kWh "
    "times\n"
    "3600000, coulombs Ah times 3600, 0.2 is 20 %.\n"
    "\n"
    "| parameter | stands for | allowed | default | meaning |\n"
    "|---|---|---|---|---|\n";

static const char *const allowed_by_kind[] = {
    [KEY_TEXT] = "text of 1 to 256 bytes",
    [KEY_CHOICE] = "",
    [KEY_TIME_ZONE] = "IANA name",
    [KEY_LATITUDE] = "-90 to 90",
    [KEY_LONGITUDE] = "-180 to 180",
    [KEY_EXPECTED] = "object: device type to count",
    [KEY_PARAMETERS] = "object: parameter to number",
    [KEY_DEVICES] = "object: type/instance to object",
};

struct place_word {
    enum site_trait trait;
    const char *word;
};

static const struct place_word place_words[] = {
    {ON_SITE, "site"}, {ON_DEVICE, "device"}, {ON_TRACKER, "tracker"}};

static void add_key(const struct site_key *key, struct buf *out)
{
    buf_printf(out, "| `%.*s` | %s", STR_ARG(key->name), allowed_by_kind[key->kind]);
    for (size_t i = 0; key->choices && key->choices[i]; i++)
        buf_printf(out, "%s`%s`", i ? ", " : "", key->choices[i]);
    buf_printf(out, " | %s |\n", key->meaning);
}

static void add_places(unsigned traits, struct buf *out)
{
    bool is_first = true;

    for (size_t i = 0; i < sizeof place_words / sizeof *place_words; i++) {
        if (!(traits & place_words[i].trait))
            continue;
        buf_printf(out, "%s%s", is_first ? "" : ", ", place_words[i].word);
        is_first = false;
    }
}

static void add_number(double number, struct buf *out)
{
    char digits[DECIMAL_TEXT_MAX];

    buf_add(out, (struct str){digits, decimal_print(number, digits)});
}

static void add_parameter(const struct site_parameter_row *row, struct buf *out)
{
    buf_printf(out, "| `%.*s` | ", STR_ARG(row->name));
    add_places(row->traits, out);
    buf_add_text(out, row->traits & WHOLE ? " | whole number, " : " | ");
    add_number(row->min, out);
    buf_add_text(out, " to ");
    add_number(row->max, out);
    buf_printf(out, " | %s | %s |\n", row->fallback, row->meaning);
}

void site_file_markdown(struct buf *out)
{
    buf_add_text(out, head);
    for (size_t i = 0; i < site_keys_count; i++)
        add_key(&site_keys_table[i], out);
    buf_add_text(out, parameters_head);
    for (size_t i = 0; i < site_parameters_count; i++)
        add_parameter(&site_parameters_table[i], out);
}
