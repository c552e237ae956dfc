/* unit.c - the words are those of Prometheus and OpenMetrics: base units, in full. */
#include "map/unit.h"

#include <stddef.h>

/* The longest that fits is meant: meters_per_second before seconds' neighbours. */
static const struct str units[] = {
    STR("amperes"),
    STR("bytes"),
    STR("celsius"),
    STR("coulombs"),
    STR("coulombs_per_meter"),
    STR("cubic_meters"),
    STR("cubic_meters_per_second"),
    STR("degrees"),
    STR("grams"),
    STR("grams_per_cubic_meter"),
    STR("hertz"),
    STR("joules"),
    STR("joules_per_meter"),
    STR("kelvin"),
    STR("kilograms"),
    STR("lux"),
    STR("meters"),
    STR("meters_per_second"),
    STR("newton_meters"),
    STR("ohms"),
    STR("parts_per_billion"),
    STR("parts_per_million"),
    STR("pascals"),
    STR("ratio"),
    STR("revolutions_per_minute"),
    STR("seconds"),
    STR("square_meters"),
    STR("vars"),
    STR("voltampere_reactive"),
    STR("voltamperes"),
    STR("volts"),
    STR("watts"),
    STR("watts_per_square_meter"),
};

struct advice {
    struct str word;
    const char *instead;
};

static const struct advice advices[] = {
    {STR("amp_hours"), "coulombs, scale 3600"},
    {STR("ampere_hours"), "coulombs, scale 3600"},
    {STR("amps"), "amperes"},
    {STR("bar"), "pascals, scale 100000"},
    {STR("bits"), "bytes, scale 0.125"},
    {STR("days"), "seconds, scale 86400"},
    {STR("fahrenheit"), "celsius"},
    {STR("hectopascals"), "pascals, scale 100"},
    {STR("hours"), "seconds, scale 3600"},
    {STR("kelvins"), "kelvin"},
    {STR("kilometers"), "meters, scale 1000"},
    {STR("kilometers_per_hour"), "meters_per_second"},
    {STR("kilopascals"), "pascals, scale 1000"},
    {STR("kilowatt_hours"), "joules, scale 3600000"},
    {STR("kilowatthours"), "joules, scale 3600000"},
    {STR("kilowatts"), "watts, scale 1000"},
    {STR("kwh"), "joules, scale 3600000"},
    {STR("liters"), "cubic_meters, scale 0.001"},
    {STR("litres"), "cubic_meters, scale 0.001"},
    {STR("metres"), "meters"},
    {STR("microseconds"), "seconds, scale 0.000001"},
    {STR("milliamperes"), "amperes, scale 0.001"},
    {STR("milliseconds"), "seconds, scale 0.001"},
    {STR("millivolts"), "volts, scale 0.001"},
    {STR("minutes"), "seconds, scale 60"},
    {STR("percent"), "ratio, scale 0.01"},
    {STR("rpm"), "revolutions_per_minute"},
    {STR("watt_hours"), "joules, scale 3600"},
    {STR("watthours"), "joules, scale 3600"},
    {STR("weeks"), "seconds, scale 604800"},
};

/* A whole word: "_volts", not "kilovolts". */
static bool ends_in_word(struct str name, struct str word)
{
    return name.n > word.n && str_ends_with(name, word) &&
           name.p[name.n - word.n - 1] == '_';
}

struct str unit_of(struct str name)
{
    struct str longest = STR("");

    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].n > longest.n && ends_in_word(name, units[i]))
            longest = units[i];
    return longest;
}

const char *unit_advice(struct str name)
{
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (ends_in_word(name, advices[i].word))
            return advices[i].instead;
    return NULL;
}
