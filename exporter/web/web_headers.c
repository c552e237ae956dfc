/* web_headers.c - see web_headers.h */
#include "web/web_headers.h"

#include <stdbool.h>
#include <stddef.h>

#include "web/web_config.h"

static const struct {
    struct str name;
    struct str values[2]; /* empty: any */
} headers[] = {
    {STR("Content-Security-Policy"), {STR(""), STR("")}},
    {STR("Strict-Transport-Security"), {STR(""), STR("")}},
    {STR("X-Content-Type-Options"), {STR("nosniff"), STR("")}},
    {STR("X-Frame-Options"), {STR("deny"), STR("sameorigin")}},
    {STR("X-XSS-Protection"), {STR(""), STR("")}},
};
#define COUNT (sizeof headers / sizeof *headers)

_Static_assert(COUNT == WEB_HEADERS_MAX, "a configuration has room for each");

static enum err refuse_name(struct error *error)
{
    return error_set(error, ERR_USAGE,
                     "is no header that can be set: allowed %s, %s, %s, %s, %s",
                     headers[0].name.p, headers[1].name.p, headers[2].name.p,
                     headers[3].name.p, headers[4].name.p);
}

/* What would end the line is no text of a header. */
static bool is_printable(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
            return false;
    return true;
}

static enum err check_value(size_t header, struct str value, struct error *error)
{
    const struct str *values = headers[header].values;

    if (!is_printable(value))
        return error_set(error, ERR_USAGE, "allowed one line without control characters");
    if (value.n == 0 || values[0].n == 0 || str_equal(value, values[0]) ||
        str_equal(value, values[1]))
        return ERR_OK;
    return error_set(error, ERR_USAGE, "allowed %s%s%s", values[0].p,
                     values[1].n ? " or " : "", values[1].p);
}

enum err web_header_check(struct str name, struct str value, struct error *error)
{
    for (size_t i = 0; i < COUNT; i++)
        if (str_equal(name, headers[i].name))
            return check_value(i, value, error);
    return refuse_name(error);
}
