/* http_daemon.c - see http_daemon.h
 *
 * libmicrohttpd 0.9.75 calls handle_request three times for a request: when the headers
 * are there, for each piece of a body, and once more at its end, when the answer may be
 * queued.  A suspended connection gets that last call again after it was resumed.
 */
#include "server/http_daemon.h"

#include <arpa/inet.h>
#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "server/admission.h"
#include "server/server.h"
#include "server/server_state.h"
#include "server/tls_session.h"
#include "web/web_watch.h"

#define CONNECTION_MEMORY_BYTES (16 * 1024)
#define LIBRARY_LINE_MAX 512
#define LOGGED_PATH_MAX 200

#define DAEMON_FLAGS                                                                     \
    (MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET |               \
     MHD_USE_ERROR_LOG)

static struct connection *connection_of(struct MHD_Connection *handle)
{
    return MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
        ->socket_context;
}

static void write_address(const struct in6_addr *address, char text[INET6_ADDRSTRLEN])
{
    if (IN6_IS_ADDR_V4MAPPED(address))
        (void)inet_ntop(AF_INET, &address->s6_addr[12], text, INET6_ADDRSTRLEN);
    else
        (void)inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN);
}

static void log_answer(const struct connection *connection)
{
    const struct request *request = &connection->request;
    char address[INET6_ADDRSTRLEN] = "";
    char path[LOGGED_PATH_MAX];
    char status[16];
    char took_ms[32];

    write_address(&connection->address, address);
    (void)snprintf(path, sizeof path, "%s", request->path);
    (void)snprintf(status, sizeof status, "%d", request->status);
    (void)snprintf(took_ms, sizeof took_ms, "%lld",
                   (long long)(clock_monotonic_ms() - request->started_ms));
    log_write(LOG_DEBUG, "request", "client", address, "method", request->method, "path",
              path, "status", status, "took_ms", took_ms, NULL);
}

/* MHD_NO closes the connection: there is no memory for an answer. */
static enum MHD_Result send_answer(struct server *server, struct connection *connection)
{
    struct request *request = &connection->request;

    if (!request->response)
        return MHD_NO;
    admission_add_headers(request, request->response);
    enum MHD_Result queued =
        MHD_queue_response(request->handle, (unsigned)request->status, request->response);
    MHD_destroy_response(request->response); /* the queue has its own reference */
    request->response = NULL;
    request_count_add(&server->counts, request->count_row, request->status);
    log_answer(connection);
    return queued;
}

static enum MHD_Result swallow_body(struct request *request, size_t *bytes)
{
    request->body_bytes += *bytes;
    *bytes = 0;
    return request->body_bytes <= REQUEST_BODY_MAX ? MHD_YES : MHD_NO;
}

/* After the deadline of server_stop nothing may be suspended any more: libmicrohttpd
 * aborts when it is stopped then. */
static void run_route(struct server *server, struct request *request)
{
    router_run(&server->router, request);
    if (request->state == REQUEST_WAITING && server->is_giving_up)
        request_refuse(request);
}

static enum MHD_Result handle_request(void *context, struct MHD_Connection *handle,
                                      const char *path, const char *method,
                                      const char *version, const char *body,
                                      size_t *body_bytes, void **unused)
{
    struct server *server = context;
    struct connection *connection = connection_of(handle);
    struct request *request = &connection->request;

    (void)version;
    (void)body;
    (void)unused; /* the connection itself remembers */
    if (request->state == REQUEST_NONE) {
        request_begin(request, method, path);
        return tls_session_is_good(connection) ? MHD_YES : MHD_NO;
    }
    if (*body_bytes)
        return swallow_body(request, body_bytes);
    if (request->state == REQUEST_BODY)
        run_route(server, request);
    if (request->state == REQUEST_WAITING) {
        MHD_suspend_connection(handle);
        return MHD_YES;
    }
    return send_answer(server, connection);
}

static void end_request(void *context, struct MHD_Connection *handle, void **unused,
                        enum MHD_RequestTerminationCode reason)
{
    (void)context;
    (void)unused;
    (void)reason;
    request_end(&connection_of(handle)->request);
}

bool http_daemon_has_tls(const struct server *server)
{
    return server->web && web_watch_has_tls(server->web);
}

/* Also while the files have a mistake: the answer to each request will be an error, but
 * never in clear. */
static struct web_settings *settings_of_tls(const struct server *server)
{
    bool is_mistaken;

    return http_daemon_has_tls(server) ? web_watch_settings(server->web, &is_mistaken)
                                       : NULL;
}

static void follow_connection(void *context, struct MHD_Connection *handle,
                              void **out_connection,
                              enum MHD_ConnectionNotificationCode event)
{
    struct server *server = context;

    if (event == MHD_CONNECTION_NOTIFY_CLOSED) {
        connection_table_remove(&server->connections, *out_connection);
        return;
    }
    int socket =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    const struct sockaddr *address =
        MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    struct connection *connection =
        connection_table_add(&server->connections, socket, address, &server->setting,
                             settings_of_tls(server), handle);
    *out_connection = connection;
    if (connection->web && !tls_session_begin(connection))
        connection_shut(connection);
}

/* "/metrics%00x" is not "/metrics", but after this it looks so to all that reads C
 * strings. */
static size_t unescape(void *context, struct MHD_Connection *handle, char *text)
{
    size_t bytes = MHD_http_unescape(text);

    (void)context;
    if (strlen(text) != bytes)
        connection_of(handle)->request.has_nul = true;
    return bytes;
}

static void write_library_line(void *context, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void write_library_line(void *context, const char *format, va_list arguments)
{
    char line[LIBRARY_LINE_MAX];

    (void)context;
    (void)vsnprintf(line, sizeof line, format, arguments);
    line[strcspn(line, "\n")] = '\0';
    log_write(LOG_DEBUG, "libmicrohttpd", "text", line, NULL);
}

static void panic(void *context, const char *file, unsigned line, const char *reason)
{
    char where[16];

    (void)context;
    (void)snprintf(where, sizeof where, "%u", line);
    log_write(LOG_ERROR, "libmicrohttpd gave up", "file", file, "line", where, "reason",
              reason ? reason : "", NULL);
    abort();
}

/* Without it libmicrohttpd wants a certificate of its own; each session gets ours before
 * this could be called. */
static int have_no_certificate(gnutls_session_t session,
                               const struct gnutls_cert_retr_st *info,
                               gnutls_pcert_st **out_chain, unsigned *out_count,
                               gnutls_ocsp_data_st **out_ocsp, unsigned *out_ocsp_count,
                               gnutls_privkey_t *out_key, unsigned *out_flags)
{
    (void)session;
    (void)info;
    (void)out_chain;
    (void)out_count;
    (void)out_ocsp;
    (void)out_ocsp_count;
    (void)out_key;
    (void)out_flags;
    return -1;
}

/* The library's own clock and limits only stand behind ours. */
enum err http_daemon_open(struct server *server, struct error *error)
{
    const struct server_limits *limits = &server->limits;
    intptr_t idle_s = (intptr_t)((limits->request_ms + limits->answer_ms) / 1000) + 1;
    const struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)write_library_line, NULL}, /* first */
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)limits->connections_max, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT,
         (intptr_t)limits->connections_per_address_max, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, idle_s, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)unescape, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)end_request, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)follow_connection, server},
        {http_daemon_has_tls(server) ? MHD_OPTION_HTTPS_CERT_CALLBACK2 : MHD_OPTION_END,
         0, (void *)(intptr_t)have_no_certificate},
        {MHD_OPTION_END, 0, NULL},
    };

    MHD_set_panic_func(panic, NULL);
    server->daemon = MHD_start_daemon(
        DAEMON_FLAGS | (http_daemon_has_tls(server) ? MHD_USE_TLS : 0), 0, NULL, NULL,
        handle_request, server, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (!server->daemon)
        return error_set(error, ERR_IO, "libmicrohttpd %s did not start",
                         MHD_get_version());
    return ERR_OK;
}

int http_daemon_epoll(const struct server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

bool http_daemon_add(struct server *server, int socket, const struct sockaddr *address,
                     socklen_t bytes)
{
    return MHD_add_connection(server->daemon, socket, address, bytes) == MHD_YES;
}

void http_daemon_run(struct server *server)
{
    (void)MHD_run(server->daemon);
}

int64_t http_daemon_wait_ms(const struct server *server)
{
    unsigned long long wait_ms = 0;

    if (MHD_get_timeout(server->daemon, &wait_ms) != MHD_YES || wait_ms > INT64_MAX)
        return INT64_MAX;
    return (int64_t)wait_ms;
}

void http_daemon_close(struct server *server)
{
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
}
