/* main.c - wiring: config -> map -> station -> server; signals; exit codes.
 *
 * The only file that sees everything.  Signals are blocked in every thread and taken
 * here one by one, so that nothing runs in a handler.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "actions/actions.h"
#include "actions/station_access.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/config.h"
#include "exporter.h"
#include "generation.h"
#include "map/metric_map.h"
#include "pages/page_cache.h"
#include "pages/pages.h"
#include "process_memory.h"
#include "self/build.h"
#include "server/server.h"
#include "service_manager.h"
#include "source/source.h"
#include "station.h"
#include "web/web_watch.h"

#define MISTAKES_MAX ((size_t)256 * 1024)

/* How often main looks whether the first attempt has ended, until it has. */
#define READY_POLL_MS 50

/* Scrapes under way get as long as a scrape may take; idle ones end at once. */
#define STOP_GRACE_MS 500

extern char **environ;

static void print(const struct buf *text, FILE *stream)
{
    if (text->n)
        (void)fwrite(text->p, 1, text->n, stream);
    (void)fflush(stream);
}

/* A mistake at start is one line on stderr that a person reads, not a log line. */
static int refuse(const char *text)
{
    (void)fprintf(stderr, "victron_exporter: %s\n", text);
    return EXIT_USAGE;
}

static void wake_server(void *context)
{
    struct exporter *exporter = context;

    if (exporter->server)
        server_wake(exporter->server);
}

static enum err open_station(struct exporter *exporter, struct error *error)
{
    const struct station_options options = {
        .min_interval_ms = exporter->config->scrape_min_interval_ms,
        .wake = wake_server,
        .wake_context = exporter,
    };
    struct source *source = NULL;
    enum err outcome = source_open_configured(exporter->config, &source, error);

    if (outcome == ERR_OK)
        outcome = station_open(source, &options, &exporter->station, error);
    if (outcome == ERR_OK)
        outcome = station_set_wants(exporter->station,
                                    metric_map_wants(exporter->generation->map), error);
    return outcome;
}

static enum err open_server(struct exporter *exporter, struct error *error)
{
    const struct config *config = exporter->config;
    struct server_options options = {
        .addresses = config->listen_addresses.items,
        .address_count = config->listen_addresses.count,
        .web = exporter->web,
        .mending_path = RELOAD_PATH,
    };
    int sockets[SERVICE_SOCKETS_MAX];
    struct route routes[PAGES_MAX];
    size_t route_count = pages_routes(exporter, routes);

    if (config->web_systemd_socket) {
        enum err outcome = service_manager_sockets(sockets, &options.socket_count, error);
        if (outcome != ERR_OK)
            return outcome;
        options.sockets = sockets;
        options.address_count = 0;
    }
    return server_open(&options, routes, route_count, &exporter->server, error);
}

static void log_start(const struct exporter *exporter)
{
    const struct config *config = exporter->config;
    struct error text; /* for the texts' NUL */

    for (size_t i = 0; i < config->warnings.count; i++) {
        (void)error_set(&text, ERR_OK, "%.*s", STR_ARG(config->warnings.items[i]));
        log_write(LOG_WARN, text.text, NULL);
    }
    size_t listeners = config->listen_addresses.count;
    for (size_t i = 0; i < listeners && !config->web_systemd_socket; i++) {
        (void)error_set(&text, ERR_OK, "%.*s",
                        STR_ARG(server_address(exporter->server, i)));
        log_write(LOG_INFO, "listening", "address", text.text, "tls",
                  exporter->web && web_watch_has_tls(exporter->web) ? "on" : "off", NULL);
    }
    (void)error_set(&text, ERR_OK, "%.*s", STR_ARG(config->site));
    log_write(LOG_INFO, "started", "version", build_version, "site", text.text, NULL);
}

/* Main hardly ever hangs; the server thread is what must be alive.  It is woken each
 * time, so that it has gone round by the next. */
static void watch_server(struct server *server, unsigned *turns)
{
    unsigned turns_now = server_turns(server);

    if (turns_now != *turns)
        service_manager_alive();
    *turns = turns_now;
    server_wake(server);
}

/* Takes signals until one ends the program; says ready and alive meanwhile. */
static void serve(struct exporter *exporter, const sigset_t *signals)
{
    int64_t watchdog_ms = service_manager_watchdog_ms();
    unsigned turns = 0;
    bool is_ready = false;

    for (;;) {
        int64_t pause_ms = watchdog_ms ? watchdog_ms : INT64_C(3600) * 1000;
        const struct timespec pause = clock_timespec(is_ready ? pause_ms : READY_POLL_MS);
        int signal = sigtimedwait(signals, NULL, &pause);
        if (signal == SIGTERM || signal == SIGINT)
            return;
        if (signal == SIGHUP) {
            exporter_reload(exporter);
            process_memory_give_back();
        }
        if (!is_ready && exporter_is_ready(exporter)) {
            is_ready = true;
            service_manager_ready();
        }
        if (watchdog_ms)
            watch_server(exporter->server, &turns);
    }
}

/* Before the files are read: a reload that is asked for meanwhile comes after the start,
 * where it would have been the end. */
static void hold_reloads(void)
{
    sigset_t reload;

    (void)sigemptyset(&reload);
    (void)sigaddset(&reload, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &reload, NULL);
}

/* Before the first thread, so that all inherit it. */
static void block_signals(sigset_t *out_taken)
{
    (void)sigemptyset(out_taken);
    (void)sigaddset(out_taken, SIGTERM);
    (void)sigaddset(out_taken, SIGINT);
    (void)sigaddset(out_taken, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, out_taken, NULL);
}

/* Started without stdin, stdout or stderr, the first sockets would have their numbers,
 * and log lines would be sent to clients. */
static void open_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", O_RDWR);
}

/* A peer that closes is an error of a write, not our end; OpenSSL's writes would signal.
 */
static void ignore_broken_pipes(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};

    (void)sigaction(SIGPIPE, &ignore, NULL);
}

static int run_server(struct exporter *exporter)
{
    struct error error = {0};
    sigset_t signals;

    block_signals(&signals);
    enum err outcome = open_station(exporter, &error);
    if (outcome == ERR_OK)
        outcome = open_server(exporter, &error);
    if (outcome == ERR_OK)
        outcome = server_start(exporter->server, &error);
    if (outcome == ERR_OK) {
        log_start(exporter);
        (void)station_join(exporter->station,
                           deadline_in_ms(exporter->config->scrape_timeout_ms));
        process_memory_give_back();
        serve(exporter, &signals);
        log_write(LOG_INFO, "stopping", NULL);
        service_manager_stopping();
        server_stop(exporter->server,
                    deadline_in_ms(exporter->config->scrape_timeout_ms + STOP_GRACE_MS));
    }
    /* The station's thread wakes the server, so it ends first. */
    station_close(exporter->station);
    server_close(exporter->server);
    return outcome == ERR_OK ? EXIT_WELL : refuse(error.text);
}

static enum err open_web_config(const struct config *config, struct web_watch **out_web,
                                struct buf *mistakes)
{
    if (config->web_config_file.n == 0)
        return ERR_OK;
    return web_watch_open(config->web_config_file, out_web, mistakes);
}

static int action_serve(const struct config *config)
{
    struct buf mistakes = buf_new(MISTAKES_MAX);
    struct exporter exporter = {
        .config = config,
        .started_at = clock_unix_seconds(),
        .started_ms = clock_monotonic_ms(),
        .page_cache = page_cache_new(),
        .generation_lock = PTHREAD_MUTEX_INITIALIZER,
        .was_reload_good = true,
    };
    int code = EXIT_USAGE;

    hold_reloads();
    enum err outcome = generation_load(config, &exporter.generation, &mistakes);
    enum err of_web = open_web_config(config, &exporter.web, &mistakes);
    if (outcome == ERR_OK && of_web == ERR_OK)
        code = run_server(&exporter);
    else
        print(&mistakes, stderr);
    web_watch_close(exporter.web);
    page_cache_free(exporter.page_cache);
    generation_release(exporter.generation);
    buf_free(&mistakes);
    return code;
}

static int action_help(const struct config *config)
{
    struct buf text = buf_new(MISTAKES_MAX);

    (void)config;
    config_help(&text);
    print(&text, stdout);
    buf_free(&text);
    return EXIT_WELL;
}

static int action_version(const struct config *config)
{
    (void)config;
    (void)printf("victron_exporter, version %s (revision: %s)\n  compiler: %s\n",
                 build_version, build_revision, build_compiler);
    return EXIT_WELL;
}

static int (*const actions[])(const struct config *config) = {
    [ACTION_SERVE] = action_serve,
    [ACTION_HELP] = action_help,
    [ACTION_VERSION] = action_version,
    [ACTION_MAP_CHECK] = action_map_check,
    [ACTION_MAP_PRINT] = action_map_print,
    [ACTION_ONCE] = action_once,
    [ACTION_UNMAPPED] = action_unmapped,
    [ACTION_RECORD] = action_record,
    [ACTION_HEALTH_CHECK] = action_health_check,
};

int main(int argc, char **argv)
{
    struct config config;
    struct buf mistakes = buf_new(MISTAKES_MAX);

    open_standard_streams();
    enum err outcome = config_load(argc - 1, (const char *const *)argv + 1,
                                   (const char *const *)environ, &config, &mistakes);

    if (outcome != ERR_OK) {
        print(&mistakes, stderr);
        buf_free(&mistakes);
        return EXIT_USAGE;
    }
    buf_free(&mistakes);
    log_configure(config.log_level, config.log_format);
    ignore_broken_pipes();
    process_memory_configure();
    json_object_seed(0); /* before threads, see jansson's manual */
    bool has_curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    int code =
        has_curl ? actions[config.action](&config) : refuse("libcurl does not start");
    if (has_curl)
        curl_global_cleanup();
    config_free(&config);
    return code;
}
