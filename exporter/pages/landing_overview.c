/* landing_overview.c - the station as a whole: battery, sun, grid, loads. */
#include <math.h>

#include "model/sample.h"
#include "pages/landing_parts.h"
#include "pages/main_values.h"

/* What is shown as 0 W flows nowhere. */
#define LEAST_WATTS 0.5

/* Families of one title are summed, each over its phases. */
struct tile {
    struct str family;
    const char *title;
    enum shown_as shown_as;
    const char *positive, *negative; /* what the sign means */
};

#define SYSTEM(quantity) STR("victron_system_" quantity)

/* Tiles of one title stand together. */
static const struct tile tiles[] = {
    {SYSTEM("state"), "System", SHOWN_WORD, "", ""},
    {SYSTEM("battery_state_of_charge_ratio"), "Battery", SHOWN_PERCENT, "", ""},
    {SYSTEM("battery_power_watts"), "Battery power", SHOWN_WATTS, "charging",
     "discharging"},
    {SYSTEM("dc_pv_power_watts"), "Solar", SHOWN_WATTS, "", ""},
    {SYSTEM("pv_on_grid_phase_power_watts"), "Solar", SHOWN_WATTS, "", ""},
    {SYSTEM("pv_on_output_phase_power_watts"), "Solar", SHOWN_WATTS, "", ""},
    {SYSTEM("pv_on_genset_phase_power_watts"), "Solar", SHOWN_WATTS, "", ""},
    {SYSTEM("grid_phase_power_watts"), "Grid", SHOWN_WATTS, "bought", "sold"},
    {SYSTEM("genset_phase_power_watts"), "Generator", SHOWN_WATTS, "", ""},
    {SYSTEM("consumption_phase_power_watts"), "AC loads", SHOWN_WATTS, "", ""},
    {SYSTEM("dc_system_power_watts"), "DC loads", SHOWN_WATTS, "", ""},
};

struct sum {
    double value;
    const struct family *family; /* NULL: there is no such sample */
};

static void add_samples(struct sum *sum, const struct sample_set *samples,
                        struct str family_name)
{
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->samples[i];
        if (!str_equal(sample->series->family->name, family_name))
            continue;
        sum->value += sample->value;
        sum->family = sample->series->family;
    }
}

static void add_tile(struct buf *page, const struct tile *tile, const struct sum *sum)
{
    const char *meaning = sum->value < 0 ? tile->negative : tile->positive;

    buf_printf(page, "<div><small>%s</small><b%s>", tile->title,
               tile->shown_as == SHOWN_WORD ? " class=\"word\"" : "");
    main_value_print(page, tile->shown_as, sum->family, sum->value);
    buf_add_text(page, "</b>");
    if (*meaning && fabs(sum->value) >= LEAST_WATTS)
        buf_printf(page, "<small>%s</small>", meaning);
    buf_add_text(page, "</div>\n");
}

void landing_add_overview(struct buf *page, const struct landing *landing)
{
    const size_t count = sizeof tiles / sizeof *tiles;

    buf_add_text(page, "<div class=\"tiles\">");
    for (size_t i = 0; i < count;) {
        const struct tile *tile = &tiles[i];
        struct sum sum = {0};
        while (i < count && str_equal(str_from(tiles[i].title), str_from(tile->title)))
            add_samples(&sum, landing->samples, tiles[i++].family);
        if (sum.family)
            add_tile(page, tile, &sum);
    }
    buf_add_text(page, "</div>\n");
}
