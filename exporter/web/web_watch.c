/* web_watch.c - see web_watch.h */
#include "web/web_watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config/mistake.h"
#include "web/watched_files.h"
#include "web/web_settings.h"

#define MISTAKES_MAX ((size_t)256 * 1024)

/* What a look at the files gave; constant. */
struct look {
    struct web_settings *settings; /* the last without a mistake */
    struct watched_files files;    /* as they were */
    bool is_mistaken;
    bool is_kept; /* a reload found a mistake in these files: the settings hold on */
    int references;
};

struct web_watch {
    char path[PATH_MAX];
    struct str name;
    bool has_tls;

    pthread_mutex_t look_lock; /* guards what follows; files are read without it */
    struct look *look;
    struct log_outcome outcome; /* of changes */
    struct log_outcome warned;
};

static void release(struct look *look)
{
    if (!look || __atomic_fetch_sub(&look->references, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    web_settings_release(look->settings);
    free(look);
}

static struct look *take_look(struct web_watch *watch)
{
    (void)pthread_mutex_lock(&watch->look_lock);
    struct look *look = watch->look;
    (void)__atomic_fetch_add(&look->references, 1, __ATOMIC_RELAXED);
    (void)pthread_mutex_unlock(&watch->look_lock);
    return look;
}

/* Puts next in the place of before; false if another thread was faster, then next is
 * given back.  before may be NULL: whatever is there. */
static bool replace(struct web_watch *watch, const struct look *before, struct look *next)
{
    (void)pthread_mutex_lock(&watch->look_lock);
    bool is_ours = !before || watch->look == before;
    struct look *old = is_ours ? watch->look : next;
    if (is_ours)
        watch->look = next;
    (void)pthread_mutex_unlock(&watch->look_lock);
    release(old);
    return is_ours;
}

/* A look at the files as they are now.  With a mistake it has no settings yet.  NULL
 * without memory. */
static struct look *look_anew(const struct web_watch *watch, struct buf *mistakes)
{
    struct look *look = calloc(1, sizeof *look);

    if (!look) {
        mistake_add(mistakes, "%s: no memory to read it", watch->path);
        return NULL;
    }
    look->references = 1;
    look->is_mistaken =
        web_settings_load(watch->name, &look->settings, &look->files, mistakes) != ERR_OK;
    return look;
}

static bool has_tls(const struct look *look)
{
    return look->settings->tls.credentials != NULL;
}

/* The same, but not with TLS where there was none, nor without where there was. */
static struct look *look_again(const struct web_watch *watch, struct buf *mistakes)
{
    struct look *look = look_anew(watch, mistakes);

    if (!look || look->is_mistaken || has_tls(look) == watch->has_tls)
        return look;
    mistake_add(mistakes,
                "%s: tls_server_config: %s since the start: TLS is switched on and off "
                "by a restart only",
                watch->path, watch->has_tls ? "was taken out" : "was added");
    web_settings_release(look->settings);
    look->settings = NULL;
    look->is_mistaken = true;
    return look;
}

static void say_lines(enum log_level level, const char *message, const char *key,
                      struct str lines)
{
    while (lines.n) {
        struct str line = str_cut(&lines, '\n');
        struct error text; /* for the line's NUL */
        (void)error_set(&text, ERR_USAGE, "%.*s", STR_ARG(line));
        log_write(level, message, key, text.text, NULL);
    }
}

/* Those that were said already are not said again at each change. */
static void log_warnings(struct web_watch *watch, const struct look *look)
{
    struct str warnings = buf_str(&look->settings->warnings);

    (void)pthread_mutex_lock(&watch->look_lock);
    bool is_news = warnings.n && log_outcome_failed(&watch->warned, warnings);
    if (warnings.n == 0)
        (void)log_outcome_recovered(&watch->warned, NULL);
    (void)pthread_mutex_unlock(&watch->look_lock);
    if (is_news)
        say_lines(LOG_WARN, "web configuration", "warning", warnings);
}

static void log_failure(struct web_watch *watch, struct str mistakes)
{
    (void)pthread_mutex_lock(&watch->look_lock);
    bool is_news = log_outcome_failed(&watch->outcome, mistakes);
    (void)pthread_mutex_unlock(&watch->look_lock);
    if (is_news)
        say_lines(LOG_ERROR, "nothing is served until the web configuration is mended",
                  "error", mistakes);
}

static void log_success(struct web_watch *watch, const struct look *look)
{
    (void)pthread_mutex_lock(&watch->look_lock);
    (void)log_outcome_recovered(&watch->outcome, NULL);
    (void)pthread_mutex_unlock(&watch->look_lock);
    log_write(LOG_INFO, "web configuration changed", "file", watch->path, NULL);
    log_warnings(watch, look);
}

/* The look that is in force after files have changed, or may have; NULL without memory.
 */
static struct look *follow(struct web_watch *watch, const struct look *before,
                           bool has_changed)
{
    struct buf mistakes = buf_new(MISTAKES_MAX);
    struct look *next = look_again(watch, &mistakes);

    if (next) {
        if (next->is_mistaken)
            next->settings = web_settings_reference(before->settings);
        next->is_kept = next->is_mistaken && before->is_kept && !has_changed;
        next->is_mistaken = next->is_mistaken && !next->is_kept;
        if (!replace(watch, before, next))
            has_changed = false; /* the other thread tells it */
        next = take_look(watch);
    }
    if (!next || next->is_mistaken)
        log_failure(watch, buf_str(&mistakes));
    else if (has_changed || before->is_mistaken)
        log_success(watch, next);
    buf_free(&mistakes);
    return next;
}

struct web_settings *web_watch_settings(struct web_watch *watch, bool *out_is_mistaken)
{
    struct look *look = take_look(watch);
    struct look *now = look;
    bool has_changed = watched_files_changed(&look->files);

    if (has_changed || look->files.is_young)
        now = follow(watch, look, has_changed);
    *out_is_mistaken = !now || now->is_mistaken;
    struct web_settings *settings = web_settings_reference(look->settings);
    if (now && now != look) {
        web_settings_release(settings);
        settings = web_settings_reference(now->settings);
        release(now);
    }
    release(look);
    return settings;
}

enum err web_watch_reload(struct web_watch *watch, struct buf *mistakes)
{
    struct look *next = look_again(watch, mistakes);

    if (!next)
        return ERR_MEMORY;
    enum err outcome = next->is_mistaken ? ERR_USAGE : ERR_OK;
    if (outcome == ERR_OK) {
        log_warnings(watch, next);
    } else {
        struct look *before = take_look(watch);
        next->settings = web_settings_reference(before->settings);
        next->is_mistaken = false;
        next->is_kept = true;
        release(before);
    }
    (void)replace(watch, NULL, next);
    return outcome;
}

bool web_watch_has_tls(const struct web_watch *watch)
{
    return watch->has_tls;
}

enum err web_watch_open(struct str path, struct web_watch **out_watch,
                        struct buf *mistakes)
{
    struct web_watch *watch = calloc(1, sizeof *watch);

    if (!watch || path.n >= sizeof watch->path) {
        free(watch);
        mistake_add(mistakes, "--web.config.file: no memory, or too long a name");
        return ERR_USAGE;
    }
    memcpy(watch->path, path.p, path.n);
    watch->name = (struct str){watch->path, path.n};
    (void)pthread_mutex_init(&watch->look_lock, NULL);
    watch->look = look_anew(watch, mistakes);
    if (!watch->look || watch->look->is_mistaken) {
        web_watch_close(watch);
        return ERR_USAGE;
    }
    watch->has_tls = has_tls(watch->look);
    log_warnings(watch, watch->look);
    *out_watch = watch;
    return ERR_OK;
}

void web_watch_close(struct web_watch *watch)
{
    if (!watch)
        return;
    release(watch->look);
    (void)pthread_mutex_destroy(&watch->look_lock);
    free(watch);
}
