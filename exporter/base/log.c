/* log.c - see log.h */
#include "base/log.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/log_stream.h"
#include "base/utf8.h"

#define LOG_LINE_MAX ((size_t)8 * 1024)

static const char *const words[LOG_LEVEL_END] = {"debug", "info", "warn", "error"};

/* Written once before threads start, only read afterwards. */
static enum log_level least_level = LOG_INFO;
static enum log_format line_format = LOG_LOGFMT;

/* Guards stderr, and how many lines it did not take. */
static pthread_mutex_t stream_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t lost_lines;

static atomic_uint_fast64_t line_counts[LOG_LEVEL_END];

void log_configure(enum log_level least, enum log_format format)
{
    least_level = least;
    line_format = format;
}

const char *log_level_word(enum log_level level)
{
    return words[level];
}

static bool needs_quotes(struct str value)
{
    if (value.n == 0)
        return true;
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] <= ' ' || (unsigned char)value.p[i] >= 0x80 ||
            strchr("\"=\\\x7f", value.p[i]))
            return true;
    return false;
}

static void add_quoted(struct buf *line, struct str value)
{
    struct buf repaired = buf_new(LOG_LINE_MAX);

    if (!utf8_is_valid(value)) {
        utf8_repair(value, &repaired);
        value = buf_str(&repaired);
    }
    buf_add_char(line, '"');
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (c == '"' || c == '\\')
            buf_printf(line, "\\%c", c);
        else if (c == '\n')
            buf_add_text(line, "\\n");
        else if (c < ' ' || c == 0x7f)
            buf_printf(line, "\\u%04x", c);
        else
            buf_add_char(line, (char)c);
    }
    buf_add_char(line, '"');
    buf_free(&repaired);
}

static void add_pair(struct buf *line, const char *key, struct str value)
{
    if (line_format == LOG_JSON) {
        buf_printf(line, "%s\"%s\":", line->n ? "," : "{", key);
        add_quoted(line, value);
        return;
    }
    buf_printf(line, "%s%s=", line->n ? " " : "", key);
    if (needs_quotes(value))
        add_quoted(line, value);
    else
        buf_add(line, value);
}

static void add_time(struct buf *line)
{
    struct timespec now = {0};
    struct tm parts = {0};
    char text[64];

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &parts);
    size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    (void)snprintf(text + n, sizeof text - n, ".%03dZ", (int)(now.tv_nsec / 1000000));
    add_pair(line, "time", str_from(text));
}

static struct buf begin_line(enum log_level level, const char *message)
{
    struct buf line = buf_new(LOG_LINE_MAX);

    add_time(&line);
    add_pair(&line, "level", str_from(words[level]));
    add_pair(&line, "msg", str_from(message));
    return line;
}

static bool end_line(struct buf *line)
{
    buf_add_text(line, line_format == LOG_JSON ? "}\n" : "\n");
    bool is_written = !line->failed && log_stream_write(buf_str(line));
    buf_free(line);
    return is_written;
}

static bool tell_lost(uint64_t count)
{
    struct buf line = begin_line(LOG_WARN, "log lines could not be written");
    char number[24];

    (void)snprintf(number, sizeof number, "%" PRIu64, count);
    add_pair(&line, "count", str_from(number));
    return end_line(&line);
}

void log_write(enum log_level level, const char *message, ...)
{
    va_list pairs;

    atomic_fetch_add(&line_counts[level], 1);
    if (level < least_level)
        return;
    struct buf line = begin_line(level, message);
    va_start(pairs, message);
    for (const char *key; (key = va_arg(pairs, const char *));)
        add_pair(&line, key, str_from(va_arg(pairs, const char *)));
    va_end(pairs);
    (void)pthread_mutex_lock(&stream_lock);
    if (lost_lines && tell_lost(lost_lines))
        lost_lines = 0;
    lost_lines += !end_line(&line);
    (void)pthread_mutex_unlock(&stream_lock);
}

uint64_t log_lines(enum log_level level)
{
    return atomic_load(&line_counts[level]);
}

bool log_outcome_failed(struct log_outcome *outcome, struct str what)
{
    uint64_t hash = str_hash(what, STR_HASH_SEED) | 1; /* never 0 */
    bool is_news = outcome->said_hash != hash;

    outcome->repetitions = is_news ? 0 : outcome->repetitions + 1;
    outcome->said_hash = hash;
    return is_news;
}

bool log_outcome_recovered(struct log_outcome *outcome, uint64_t *out_repetitions)
{
    bool had_failed = outcome->said_hash != 0;

    if (out_repetitions)
        *out_repetitions = outcome->repetitions;
    *outcome = (struct log_outcome){0};
    return had_failed;
}

bool log_outage_failed(struct log_outage *outage, unsigned kind)
{
    uint64_t bit = UINT64_C(1) << kind;
    bool is_news = !(outage->said_kinds & bit);

    outage->said_kinds |= bit;
    return is_news;
}

bool log_outage_ended(struct log_outage *outage)
{
    bool had_failed = outage->said_kinds != 0;

    outage->said_kinds = 0;
    return had_failed;
}
