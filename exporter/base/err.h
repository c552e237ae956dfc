/* err.h - what can go wrong, and the sentence that says so.
 *
 * A fallible function returns enum err and fills struct error where the fact is
 * known; callers pass both up unchanged.  ERR_OK is 0.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* The first ones are also the `reason` label of victron_scrape_failures_total:
 * adding a value there is a change of a metric. */
enum err {
    ERR_OK = 0,
    ERR_DNS,       /* the name does not resolve */
    ERR_CONNECT,   /* refused, unreachable, reset before an answer */
    ERR_TLS,       /* handshake or certificate */
    ERR_AUTH,      /* user, password or token refused */
    ERR_TIMEOUT,   /* no answer within the deadline */
    ERR_NOT_FOUND, /* HTTP 404 */
    ERR_HTTP,      /* any other HTTP error, or no HTTP at all */
    ERR_EMPTY,     /* an answer without services or values */
    ERR_MALFORMED, /* not the JSON that was promised, or cut short */
    ERR_TOO_LARGE, /* over a limit of ours */
    ERR_SKIPPED,   /* not asked: backed off, or no time left */
    ERR_STATION_END,

    ERR_USAGE = ERR_STATION_END, /* a flag, map, site or web file is wrong */
    ERR_IO,                      /* a file or socket of ours */
    ERR_MEMORY,
};

#define ERROR_TEXT_MAX 1024

struct error {
    enum err code;
    char text[ERROR_TEXT_MAX]; /* one line, cut if longer; never a secret */
};

/* The word of the reason label; only for ERR_DNS … ERR_SKIPPED. */
const char *err_reason(enum err code);

/* Fills *error (NULL is allowed) and returns code. */
enum err error_set(struct error *error, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the sentence that is there: a caller's place, not its words. */
enum err error_at(struct error *error, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
