/* main_values.c - see main_values.h */
#include "pages/main_values.h"

#include <math.h>

#include "base/ascii.h"
#include "model/sample.h"
#include "pages/html.h"

#define PREFIX STR_OF("victron_")

struct unit {
    double factor; /* from the base unit */
    int decimals;
    const char *sign;
};

static const struct unit units[] = {
    [SHOWN_AMPERES] = {1, 1, "A"},
    [SHOWN_CELSIUS] = {1, 1, "°C"},
    [SHOWN_HERTZ] = {1, 2, "Hz"},
    [SHOWN_KILOWATT_HOURS] = {1 / 3.6e6, 2, "kWh"},
    [SHOWN_LITRES] = {1000, 0, "l"},
    [SHOWN_METERS_PER_SECOND] = {1, 1, "m/s"},
    [SHOWN_PARTS_PER_MILLION] = {1, 0, "ppm"},
    [SHOWN_PERCENT] = {100, 0, "%"},
    [SHOWN_REVOLUTIONS] = {1, 0, "rpm"},
    [SHOWN_VOLTS] = {1, 2, "V"},
    [SHOWN_WATTS] = {1, 0, "W"},
    [SHOWN_WATTS_PER_SQUARE_METER] = {1, 0, "W/m²"},
};

/* In the order in which they are shown. */
static const struct main_value rows[] = {
    {STR("state"), "State", SHOWN_WORD, false},
    {STR("status"), "Status", SHOWN_WORD, false},
    {STR("error_code"), "Error", SHOWN_WORD, true},
    {STR("mode"), "Switch", SHOWN_WORD, false},
    {STR("active_ac_input_source"), "AC input", SHOWN_WORD, false},
    {STR("state_of_charge_ratio"), "State of charge", SHOWN_PERCENT, false},
    {STR("level_ratio"), "Level", SHOWN_PERCENT, false},
    {STR("remaining_cubic_meters"), "Remaining", SHOWN_LITRES, false},
    {STR("celsius"), "Temperature", SHOWN_CELSIUS, false},
    {STR("humidity_ratio"), "Humidity", SHOWN_PERCENT, false},
    {STR("carbon_dioxide_parts_per_million"), "CO₂", SHOWN_PARTS_PER_MILLION, false},
    {STR("power_watts"), "Power", SHOWN_WATTS, false},
    {STR("phase_power_watts"), "Power", SHOWN_WATTS, false},
    {STR("ac_input_power_watts"), "AC in", SHOWN_WATTS, false},
    {STR("ac_input_phase_power_watts"), "AC in", SHOWN_WATTS, false},
    {STR("ac_output_power_watts"), "AC out", SHOWN_WATTS, false},
    {STR("ac_output_phase_power_watts"), "AC out", SHOWN_WATTS, false},
    {STR("yield_power_watts"), "Solar", SHOWN_WATTS, false},
    {STR("tracker_power_watts"), "Solar", SHOWN_WATTS, false},
    {STR("pv_voltage_volts"), "Panels", SHOWN_VOLTS, false},
    {STR("tracker_voltage_volts"), "Panels", SHOWN_VOLTS, false},
    {STR("dc_power_watts"), "DC", SHOWN_WATTS, false},
    {STR("dc_voltage_volts"), "DC", SHOWN_VOLTS, false},
    {STR("dc_current_amperes"), "DC", SHOWN_AMPERES, false},
    {STR("dc_output_voltage_volts"), "DC", SHOWN_VOLTS, false},
    {STR("dc_output_current_amperes"), "DC", SHOWN_AMPERES, false},
    {STR("voltage_volts"), "Voltage", SHOWN_VOLTS, false},
    {STR("phase_voltage_volts"), "Voltage", SHOWN_VOLTS, false},
    {STR("current_amperes"), "Current", SHOWN_AMPERES, false},
    {STR("frequency_hertz"), "Frequency", SHOWN_HERTZ, false},
    {STR("temperature_celsius"), "Temperature", SHOWN_CELSIUS, false},
    {STR("dc_temperature_celsius"), "Temperature", SHOWN_CELSIUS, false},
    {STR("target_temperature_celsius"), "Target", SHOWN_CELSIUS, false},
    {STR("min_cell_voltage_volts"), "Lowest cell", SHOWN_VOLTS, false},
    {STR("max_cell_voltage_volts"), "Highest cell", SHOWN_VOLTS, false},
    {STR("state_of_health_ratio"), "Health", SHOWN_PERCENT, false},
    {STR("time_to_go_seconds"), "Time to go", SHOWN_DURATION, false},
    {STR("starter_voltage_volts"), "Starter battery", SHOWN_VOLTS, false},
    {STR("engine_speed_revolutions_per_minute"), "Engine", SHOWN_REVOLUTIONS, false},
    {STR("engine_load_ratio"), "Load", SHOWN_PERCENT, false},
    {STR("engine_coolant_temperature_celsius"), "Coolant", SHOWN_CELSIUS, false},
    {STR("runtime_seconds"), "Running for", SHOWN_DURATION, false},
    {STR("session_energy_joules"), "Session", SHOWN_KILOWATT_HOURS, false},
    {STR("irradiance_watts_per_square_meter"), "Irradiance", SHOWN_WATTS_PER_SQUARE_METER,
     false},
    {STR("cell_temperature_celsius"), "Cell", SHOWN_CELSIUS, false},
    {STR("wind_speed_meters_per_second"), "Wind", SHOWN_METERS_PER_SECOND, false},
    {STR("speed_meters_per_second"), "Speed", SHOWN_METERS_PER_SECOND, false},
    {STR("wifi_signal_strength_ratio"), "Wi-Fi signal", SHOWN_PERCENT, false},
};

const struct main_value *main_value_find(struct str family_name, struct str device)
{
    struct str name = family_name;

    if (name.n <= PREFIX.n + device.n || !str_starts_with(name, PREFIX))
        return NULL;
    name = str_skip(name, PREFIX.n);
    if (!str_starts_with(name, device) || name.p[device.n] != '_')
        return NULL;
    name = str_skip(name, device.n + 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_equal(name, rows[i].quantity))
            return &rows[i];
    return NULL;
}

/* Behind a name in HELP comes the end, or ", 4=": a comma alone may belong to it. */
static bool ends_word(struct str rest)
{
    size_t i = 2;

    if (rest.n == 0)
        return true;
    if (!str_starts_with(rest, STR_OF(", ")))
        return false;
    while (i < rest.n && ascii_is_digit(rest.p[i]))
        i++;
    return i > 2 && i < rest.n && rest.p[i] == '=';
}

/* The name of a number, as HELP lists them: "… D-Bus /State. 0=Off, 3=Bulk". */
static struct str word_of(struct str help, const struct buf *key)
{
    for (size_t i = 0; i + key->n <= help.n; i++) {
        struct str rest = str_skip(help, i);
        if (!str_starts_with(rest, buf_str(key)))
            continue;
        struct str word = str_skip(rest, key->n);
        for (size_t n = 0; n <= word.n; n++)
            if (ends_word(str_skip(word, n)))
                return (struct str){word.p, n};
    }
    return STR_OF("");
}

static void print_word(struct buf *page, const struct family *family, double value)
{
    struct buf key = buf_new(64);

    buf_printf(&key, " %.17g=", value);
    struct str word = word_of(family->help, &key);
    if (word.n)
        html_add_escaped(page, word);
    else
        buf_printf(page, "%.17g", value);
    page->failed |= key.failed;
    buf_free(&key);
}

void main_value_print_duration(struct buf *page, double seconds)
{
    const double minutes = floor(fmax(seconds, 0) / 60);

    if (seconds < 120)
        buf_printf(page, "%.0f s", fmax(seconds, 0));
    else if (minutes < 60)
        buf_printf(page, "%.0f min", minutes);
    else if (minutes < 48 * 60)
        buf_printf(page, "%.0f h %.0f min", floor(minutes / 60), fmod(minutes, 60));
    else
        buf_printf(page, "%.0f d %.0f h", floor(minutes / 1440),
                   floor(fmod(minutes, 1440) / 60));
}

void main_value_print(struct buf *page, enum shown_as shown_as,
                      const struct family *family, double value)
{
    if (shown_as == SHOWN_WORD) {
        print_word(page, family, value);
        return;
    }
    if (shown_as == SHOWN_DURATION) {
        main_value_print_duration(page, value);
        return;
    }
    const struct unit *unit = &units[shown_as];
    const double step = pow(10, -unit->decimals);
    double number = value * unit->factor;

    if (fabs(number) < step / 2)
        number = 0; /* not "-0" */
    buf_printf(page, "%.*f" NO_BREAK_SPACE "%s", unit->decimals, number, unit->sign);
}
