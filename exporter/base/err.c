/* err.c - see err.h */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const reasons[ERR_STATION_END] = {
    [ERR_OK] = "none",
    [ERR_DNS] = "dns",
    [ERR_CONNECT] = "connect",
    [ERR_TLS] = "tls",
    [ERR_AUTH] = "auth",
    [ERR_TIMEOUT] = "timeout",
    [ERR_NOT_FOUND] = "not_found",
    [ERR_HTTP] = "http",
    [ERR_EMPTY] = "empty",
    [ERR_MALFORMED] = "malformed",
    [ERR_TOO_LARGE] = "too_large",
    [ERR_SKIPPED] = "skipped",
};

const char *err_reason(enum err code)
{
    return code < ERR_STATION_END ? reasons[code] : "other";
}

/* One error is one line on a terminal and in a log, whatever a peer put into it. */
static void flatten(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
}

enum err error_set(struct error *error, enum err code, const char *format, ...)
{
    va_list arguments;

    if (!error)
        return code;
    error->code = code;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    flatten(error->text);
    return code;
}

enum err error_at(struct error *error, enum err code, const char *format, ...)
{
    va_list arguments;
    char rest[ERROR_TEXT_MAX];

    if (!error)
        return code;
    memcpy(rest, error->text, sizeof rest);
    va_start(arguments, format);
    int n = vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    size_t used = n < 0 || (size_t)n >= sizeof rest ? sizeof rest - 1 : (size_t)n;
    int room = (int)(sizeof error->text - used);
    if (room > 3)
        (void)snprintf(error->text + used, (size_t)room, ": %.*s", room - 3, rest);
    error->code = code;
    flatten(error->text);
    return code;
}
