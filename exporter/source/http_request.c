/* http_request.c - see http_request.h */
#include "source/http_request.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/url.h"
#include "source/http_handle.h"
#include "source/http_outcome.h"
#include "source/source.h"

#define URL_BYTES_MAX ((size_t)8 * 1024)
#define HEADER_BYTES_MAX ((size_t)64 * 1024)

/* A name server that does not answer costs a thread for up to half a minute at each try,
 * even when we have stopped to wait: so there are pauses between tries. */
#define LOOKUP_PAUSE_MS 5000

#define HTTP_PORT 8088
#define HTTPS_PORT 443

struct http_request {
    CURLM *multi;
    CURL *easy;
    struct buf server; /* "http://host:port" */
    char failure[CURL_ERROR_SIZE];

    /* Of this request. */
    struct buf url; /* ends in NUL */
    struct buf body;
    size_t body_bytes;
    size_t header_bytes;
    int64_t started_ms;
    int64_t sent_ms;  /* 0: not yet */
    int64_t ended_ms; /* 0: not yet */
    bool is_attached; /* easy is in multi */
    CURLcode code;    /* how it ended */
    long status;      /* 0: no status line came */

    int64_t no_lookup_until_ms;
};

/* ---- called by curl while a step runs ---- */

static size_t take_body(char *piece, size_t size, size_t count, void *context)
{
    struct http_request *request = context;
    size_t n = size * count;

    request->body_bytes += n;
    buf_add(&request->body, (struct str){piece, n});
    return request->body.failed ? 0 : n;
}

/* Headers are not kept, only bounded. */
static size_t take_header(char *piece, size_t size, size_t count, void *context)
{
    struct http_request *request = context;
    size_t n = size * count;

    (void)piece;
    request->header_bytes += n;
    return request->header_bytes > HEADER_BYTES_MAX ? 0 : n;
}

/* The connection stands, TLS included; what follows goes to the server. */
static int note_sent(void *context, char *peer, char *local, int peer_port,
                     int local_port)
{
    struct http_request *request = context;

    (void)peer;
    (void)local;
    (void)peer_port;
    (void)local_port;
    request->sent_ms = clock_monotonic_ms();
    return CURL_PREREQFUNC_OK;
}

/* ---- open and close ---- */

static void set_server(struct http_request *request, const struct url *url)
{
    bool is_tls = str_equal_ignoring_case(url->scheme, STR_OF("https"));
    bool is_ipv6 = str_contains(url->host, STR_OF(":"));
    int port = url->port ? url->port : is_tls ? HTTPS_PORT : HTTP_PORT;

    buf_printf(&request->server, is_ipv6 ? "%s://[%.*s]:%d" : "%s://%.*s:%d",
               is_tls ? "https" : "http", STR_ARG(url->host), port);
}

static enum err set_callbacks(struct http_request *request, struct error *error)
{
    CURL *easy = request->easy;
    unsigned failures = 0;

    failures |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    failures |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    failures |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    failures |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
    failures |= curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, note_sent);
    failures |= curl_easy_setopt(easy, CURLOPT_PREREQDATA, request);
    failures |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->failure);
    return failures ? error_set(error, ERR_MEMORY, "curl refuses callbacks") : ERR_OK;
}

static enum err open_handles(struct http_request *request,
                             const struct source_options *options, struct error *error)
{
    struct url url;

    if (url_parse(options->url, &url, error) != ERR_OK)
        return error_at(error, ERR_USAGE, "--station.url");
    set_server(request, &url);
    request->multi = curl_multi_init();
    if (!request->multi || request->server.failed)
        return error_set(error, ERR_MEMORY, "no memory for curl");
    enum err outcome = http_handle_open(options, &request->easy, error);
    return outcome == ERR_OK ? set_callbacks(request, error) : outcome;
}

enum err http_request_open(const struct source_options *options,
                           struct http_request **out_request, struct error *error)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(error, ERR_MEMORY, "curl does not start");
    struct http_request *request = calloc(1, sizeof *request);
    if (!request) {
        curl_global_cleanup();
        return error_set(error, ERR_MEMORY, "no memory for requests");
    }
    request->server = buf_new(URL_BYTES_MAX);
    request->url = buf_new(URL_BYTES_MAX);
    enum err outcome = open_handles(request, options, error);
    if (outcome != ERR_OK) {
        http_request_close(request);
        return outcome;
    }
    *out_request = request;
    return ERR_OK;
}

static void detach(struct http_request *request)
{
    if (request->is_attached)
        (void)curl_multi_remove_handle(request->multi, request->easy);
    request->is_attached = false;
}

void http_request_close(struct http_request *request)
{
    if (!request)
        return;
    detach(request);
    curl_easy_cleanup(request->easy);
    (void)curl_multi_cleanup(request->multi);
    buf_free(&request->body);
    buf_free(&request->url);
    buf_free(&request->server);
    free(request);
    curl_global_cleanup();
}

/* ---- one request ---- */

static void end_with(struct http_request *request, CURLcode code)
{
    request->code = code;
    request->ended_ms = clock_monotonic_ms();
    if (http_request_is_sent(request))
        (void)curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &request->status);
    detach(request);
}

static void forget_last(struct http_request *request, size_t max_body_bytes)
{
    buf_free(&request->body);
    request->body = buf_new(max_body_bytes);
    request->body_bytes = 0;
    request->header_bytes = 0;
    request->started_ms = clock_monotonic_ms();
    request->sent_ms = 0;
    request->ended_ms = 0;
    request->status = 0;
    request->failure[0] = '\0';
}

static CURLcode attach(struct http_request *request, struct str path)
{
    buf_clear(&request->url);
    buf_add(&request->url, buf_str(&request->server));
    buf_add(&request->url, path);
    buf_add_char(&request->url, '\0');
    if (request->url.failed)
        return CURLE_URL_MALFORMAT;
    CURLcode code = curl_easy_setopt(request->easy, CURLOPT_URL, request->url.p);
    if (code == CURLE_OK)
        request->is_attached =
            curl_multi_add_handle(request->multi, request->easy) == CURLM_OK;
    return request->is_attached ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

void http_request_start(struct http_request *request, struct str path,
                        size_t max_body_bytes)
{
    forget_last(request, max_body_bytes);
    CURLcode code = CURLE_COULDNT_RESOLVE_HOST;
    if (request->started_ms >= request->no_lookup_until_ms)
        code = attach(request, path);
    if (code != CURLE_OK)
        end_with(request, code);
}

static bool has_ended(struct http_request *request)
{
    int count;

    if (request->is_attached && curl_multi_perform(request->multi, &count) != CURLM_OK)
        end_with(request, CURLE_OUT_OF_MEMORY);
    while (request->is_attached) {
        const CURLMsg *message = curl_multi_info_read(request->multi, &count);
        if (!message)
            return false;
        if (message->msg == CURLMSG_DONE)
            end_with(request, message->data.result);
    }
    return true;
}

bool http_request_step(struct http_request *request, int64_t wait_ms)
{
    if (has_ended(request))
        return true;
    (void)curl_multi_poll(request->multi, NULL, 0, (int)wait_ms, NULL);
    return has_ended(request);
}

void http_request_wake(struct http_request *request)
{
    (void)curl_multi_wakeup(request->multi);
}

bool http_request_is_sent(const struct http_request *request)
{
    return request->sent_ms != 0;
}

static int64_t since(const struct http_request *request, int64_t from_ms)
{
    return (request->ended_ms ? request->ended_ms : clock_monotonic_ms()) - from_ms;
}

int64_t http_request_age_ms(const struct http_request *request)
{
    return since(request, request->started_ms);
}

int64_t http_request_served_ms(const struct http_request *request)
{
    return http_request_is_sent(request) ? since(request, request->sent_ms) : 0;
}

void http_request_abort(struct http_request *request)
{
    curl_off_t lookup = 0;

    if (!request->is_attached)
        return;
    (void)curl_easy_getinfo(request->easy, CURLINFO_NAMELOOKUP_TIME_T, &lookup);
    if (lookup == 0)
        request->no_lookup_until_ms = clock_monotonic_ms() + LOOKUP_PAUSE_MS;
    end_with(request, lookup ? CURLE_OPERATION_TIMEDOUT : CURLE_COULDNT_RESOLVE_HOST);
}

/* Curl's own sentence names addresses and milliseconds, which differ each time; only of
 * TLS it is worth more than the code's. */
static const char *sentence(const struct http_request *request, enum err outcome)
{
    struct str failure = str_from(request->failure);

    if (outcome == ERR_TLS && str_contains(failure, STR_OF("wrong version number")))
        return "what answers there speaks no TLS: is it http?";
    if (outcome == ERR_TLS && failure.n)
        return request->failure;
    if (outcome == ERR_TOO_LARGE)
        return "the answer is larger than allowed";
    if (outcome == ERR_TIMEOUT)
        return "no answer in time";
    return curl_easy_strerror(request->code);
}

enum err http_request_result(const struct http_request *request, struct str *out_body,
                             struct error *error)
{
    enum err outcome = http_outcome(request->code, request->status);

    if (outcome == ERR_OK) {
        *out_body = buf_str(&request->body);
        return ERR_OK;
    }
    if (request->status != 0 && request->code == CURLE_OK)
        return error_set(error, outcome, "the server answers with status %ld",
                         request->status);
    return error_set(error, outcome, "%s", sentence(request, outcome));
}

size_t http_request_body_bytes(const struct http_request *request)
{
    return request->body_bytes;
}
