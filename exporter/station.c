/* station.c - see station.h */
#include "station.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"
#include "fetch.h"
#include "model/snapshot.h"
#include "model/want.h"
#include "source/source.h"

#define FETCH_THREAD_STACK_BYTES ((size_t)256 * 1024)

struct wants_copy {
    struct want_list list;
    struct arena arena; /* of all that the list points to */
};

struct station {
    struct source *source;
    struct station_options options;
    pthread_t thread;
    bool has_thread;
    struct wants_copy wants; /* that the source borrows; of who fetches */

    /* Guards what follows; held for copies only. */
    pthread_mutex_t fetch_lock;
    pthread_cond_t fetch_asked;
    pthread_cond_t fetch_moved; /* it settled or ended */
    bool is_stopping;
    bool is_running; /* `fetch` is under way */
    struct fetch fetch;
    struct snapshot *newest; /* of the fetch that ended last; NULL: none, or no memory */
    int64_t newest_ended_ms;
    struct wants_copy next_wants; /* until the next fetch begins */
    bool has_next_wants;
    struct log_outage outage; /* the fetching thread's */
};

static void lock(struct station *station)
{
    (void)pthread_mutex_lock(&station->fetch_lock);
}

static void unlock(struct station *station)
{
    (void)pthread_mutex_unlock(&station->fetch_lock);
}

/* Without a thread nobody waits: who collects has what came. */
static void wake_scrapers(struct station *station)
{
    if (!station->has_thread)
        return;
    (void)pthread_cond_broadcast(&station->fetch_moved);
    if (station->options.wake)
        station->options.wake(station->options.wake_context);
}

/* ---- the collector: called by the source while it collects ---- */

static struct deadline deadline_of_fetch(void *context)
{
    struct station *station = context;

    lock(station);
    struct deadline deadline = fetch_look(&station->fetch);
    unlock(station);
    return deadline;
}

static bool is_stopped(void *context)
{
    struct station *station = context;

    lock(station);
    bool is_stopping = station->is_stopping;
    unlock(station);
    return is_stopping;
}

static void take_report(void *context, size_t slot, struct report *report)
{
    struct station *station = context;

    lock(station);
    struct report *old = fetch_put(&station->fetch, slot, report);
    unlock(station);
    report_release(old);
}

static void settle(void *context)
{
    struct station *station = context;

    lock(station);
    /* Unless somebody joined with a later deadline since the source looked. */
    station->fetch.is_settled = deadline_has_passed(station->fetch.deadline);
    unlock(station);
    wake_scrapers(station);
}

/* ---- a fetch from its beginning to its end ---- */

/* Under the lock. */
static void begin_fetch(struct station *station, struct deadline deadline)
{
    fetch_begin(&station->fetch, deadline);
    station->is_running = true;
}

/* False: it goes on, for who joined unseen. */
static bool end_fetch(struct station *station, const struct error *failure)
{
    lock(station);
    if (fetch_is_owed(&station->fetch) && !station->is_stopping) {
        fetch_repeat(&station->fetch);
        unlock(station);
        return false;
    }
    struct snapshot *old = station->newest;
    struct snapshot *snapshot = fetch_snapshot(&station->fetch, true);
    if (snapshot)
        snapshot->failure = *failure;
    station->newest = snapshot; /* never an older one */
    station->newest_ended_ms = clock_monotonic_ms();
    station->is_running = false;
    fetch_clear(&station->fetch);
    unlock(station);
    snapshot_release(old);
    wake_scrapers(station);
    return true;
}

/* The source must not get its wants while it collects, so they wait for it. */
static void hand_over_wants(struct station *station)
{
    lock(station);
    struct wants_copy next = station->next_wants;
    bool has_next = station->has_next_wants;
    station->next_wants = (struct wants_copy){0};
    station->has_next_wants = false;
    unlock(station);
    if (!has_next)
        return;
    source_set_wants(station->source, &next.list);
    arena_free(&station->wants.arena);
    station->wants = next;
}

static void log_collect(struct station *station, enum err outcome,
                        const struct error *error)
{
    /* A source that waits for nobody here has a thread that tells its own story. */
    if (!station->has_thread)
        return;
    if (outcome != ERR_OK) {
        if (log_outage_failed(&station->outage, outcome))
            log_write(LOG_WARN, "station failed", "reason", err_reason(outcome), "error",
                      error->text, NULL);
    } else if (log_outage_ended(&station->outage)) {
        log_write(LOG_INFO, "station answers again", NULL);
    }
}

static void run_fetch(struct station *station)
{
    const struct collector collector = {
        .deadline = deadline_of_fetch,
        .is_stopped = is_stopped,
        .put = take_report,
        .settle = settle,
        .context = station,
    };
    struct error error;

    hand_over_wants(station);
    do {
        error = (struct error){0};
        enum err outcome = source_collect(station->source, &collector, &error);
        if (!is_stopped(station))
            log_collect(station, outcome, &error);
    } while (!end_fetch(station, &error));
}

static void *run_fetches(void *context)
{
    struct station *station = context;

    (void)prctl(PR_SET_NAME, "station");
    lock(station);
    while (!station->is_stopping) {
        if (!station->is_running) {
            (void)pthread_cond_wait(&station->fetch_asked, &station->fetch_lock);
            continue;
        }
        unlock(station);
        run_fetch(station);
        lock(station);
    }
    unlock(station);
    return NULL;
}

static enum err start_thread(struct station *station, struct error *error)
{
    pthread_attr_t attributes;

    if (pthread_attr_init(&attributes) != 0)
        return error_set(error, ERR_MEMORY, "cannot prepare the station's thread");
    (void)pthread_attr_setstacksize(&attributes, FETCH_THREAD_STACK_BYTES);
    int failure = pthread_create(&station->thread, &attributes, run_fetches, station);
    (void)pthread_attr_destroy(&attributes);
    if (failure)
        return error_set(error, ERR_MEMORY, "cannot start the station's thread: %s",
                         strerror(failure));
    station->has_thread = true;
    return ERR_OK;
}

enum err station_open(struct source *source, const struct station_options *options,
                      struct station **out_station, struct error *error)
{
    struct station *station = calloc(1, sizeof *station);

    if (!station) {
        source_close(source);
        return error_set(error, ERR_MEMORY, "no memory for the station");
    }
    station->source = source;
    station->options = *options;
    (void)pthread_mutex_init(&station->fetch_lock, NULL);
    (void)pthread_cond_init(&station->fetch_asked, NULL);
    deadline_init_condition(&station->fetch_moved);
    enum err outcome = source_waits(source) ? start_thread(station, error) : ERR_OK;
    if (outcome != ERR_OK) {
        station_close(station);
        return outcome;
    }
    *out_station = station;
    return ERR_OK;
}

enum err station_set_wants(struct station *station, const struct want_list *wants,
                           struct error *error)
{
    struct wants_copy copy = {.arena = arena_new(WANT_LIST_BYTES_MAX)};

    copy.list = want_list_copy(wants, &copy.arena);
    if (copy.arena.failed) {
        arena_free(&copy.arena);
        return error_set(error, ERR_MEMORY, "no memory for the list of device types");
    }
    lock(station);
    struct wants_copy replaced = station->next_wants;
    station->next_wants = copy;
    station->has_next_wants = true;
    unlock(station);
    arena_free(&replaced.arena);
    return ERR_OK;
}

/* Under the lock. */
static bool newest_is_fresh(const struct station *station)
{
    return station->newest && clock_monotonic_ms() - station->newest_ended_ms <
                                  station->options.min_interval_ms;
}

/* A fetch from memory, in the caller's thread. */
static uint64_t collect_now(struct station *station, struct deadline deadline)
{
    lock(station);
    begin_fetch(station, deadline);
    uint64_t number = station->fetch.number;
    unlock(station);
    run_fetch(station);
    return number;
}

uint64_t station_join(struct station *station, struct deadline deadline)
{
    if (!station->has_thread)
        return collect_now(station, deadline);

    lock(station);
    if (station->is_running) {
        bool is_later = deadline.at_ms > station->fetch.deadline.at_ms;
        station->fetch.deadline = deadline_later(station->fetch.deadline, deadline);
        station->fetch.is_settled &= !is_later;
    } else if (!newest_is_fresh(station)) {
        begin_fetch(station, deadline);
        (void)pthread_cond_signal(&station->fetch_asked);
    }
    uint64_t number = station->fetch.number;
    unlock(station);
    return number;
}

/* Under the lock. */
static bool is_under_way(const struct station *station, uint64_t fetch)
{
    return station->is_running && station->fetch.number == fetch;
}

/* Under the lock. */
static bool is_settled(const struct station *station, uint64_t fetch)
{
    return !is_under_way(station, fetch) || station->fetch.is_settled;
}

bool station_is_settled(struct station *station, uint64_t fetch)
{
    lock(station);
    bool result = is_settled(station, fetch);
    unlock(station);
    return result;
}

void station_wait(struct station *station, uint64_t fetch, struct deadline deadline)
{
    const struct timespec until = clock_timespec(deadline.at_ms);
    int failure = 0;

    lock(station);
    while (!is_settled(station, fetch) && failure == 0)
        failure =
            pthread_cond_timedwait(&station->fetch_moved, &station->fetch_lock, &until);
    unlock(station);
}

struct snapshot *station_snapshot(struct station *station, uint64_t fetch)
{
    lock(station);
    struct snapshot *snapshot = NULL;
    if (is_under_way(station, fetch))
        snapshot = fetch_snapshot(&station->fetch, false);
    else if (station->newest)
        snapshot = snapshot_reference(station->newest);
    unlock(station);
    return snapshot;
}

struct snapshot *station_recent_snapshot(struct station *station, int64_t max_age_ms)
{
    struct snapshot *snapshot = NULL;

    lock(station);
    if (station->newest && clock_monotonic_ms() - station->newest_ended_ms <= max_age_ms)
        snapshot = snapshot_reference(station->newest);
    unlock(station);
    return snapshot;
}

bool station_is_ready(struct station *station)
{
    return source_is_ready(station->source);
}

struct source *station_source(struct station *station)
{
    return station->source;
}

static void stop_thread(struct station *station)
{
    lock(station);
    station->is_stopping = true;
    (void)pthread_cond_broadcast(&station->fetch_asked);
    unlock(station);
    source_interrupt(station->source);
    (void)pthread_join(station->thread, NULL);
}

void station_close(struct station *station)
{
    if (!station)
        return;
    if (station->has_thread)
        stop_thread(station);
    source_close(station->source);
    fetch_clear(&station->fetch);
    snapshot_release(station->newest);
    arena_free(&station->next_wants.arena);
    arena_free(&station->wants.arena);
    (void)pthread_cond_destroy(&station->fetch_moved);
    (void)pthread_cond_destroy(&station->fetch_asked);
    (void)pthread_mutex_destroy(&station->fetch_lock);
    free(station);
}
