/* request.c - see request.h, and server.h for what a route may do */
#include "server/request.h"

#include <assert.h>
#include <microhttpd.h>

#include "server/piece.h"
#include "server/reply.h"
#include "server/server.h"
#include "web/web_settings.h"

#define TEXT_REPLY_MAX ((size_t)16 * 1024)

static void leave_place(struct request *request)
{
    if (request->place)
        --*request->place;
    request->place = NULL;
}

void request_await(struct request *request)
{
    const struct request_setting *setting = request->setting;

    *request = (struct request){
        .setting = setting,
        .handle = request->handle,
        .state = REQUEST_NONE,
        .deadline = deadline_in_ms(setting->request_ms),
    };
}

void request_begin(struct request *request, const char *method, const char *path)
{
    request->state = REQUEST_BODY;
    request->method = method;
    request->path = path;
}

void request_end(struct request *request)
{
    leave_place(request);
    if (request->response)
        MHD_destroy_response(request->response);
    web_settings_release(request->web);
    request_await(request);
}

struct str request_header(struct request *request, const char *name)
{
    const char *value = NULL;
    size_t bytes = 0;

    (void)MHD_lookup_connection_value_n(request->handle, MHD_HEADER_KIND, name,
                                        str_from(name).n, &value, &bytes);
    /* The library leaves the blanks at the end. */
    return str_trim((struct str){value ? value : "", value ? bytes : 0});
}

struct argument_search {
    struct str name;
    struct str *values;
    size_t max;
    size_t count;
};

static enum MHD_Result collect_argument(void *context, enum MHD_ValueKind kind,
                                        const char *key, size_t key_bytes,
                                        const char *value, size_t value_bytes)
{
    struct argument_search *search = context;

    (void)kind;
    if (!str_equal((struct str){key, key_bytes}, search->name))
        return MHD_YES;
    if (search->count < search->max)
        search->values[search->count] =
            (struct str){value ? value : "", value ? value_bytes : 0};
    search->count++;
    return MHD_YES;
}

size_t request_arguments(struct request *request, const char *name,
                         struct str *out_values, size_t max)
{
    struct argument_search search = {str_from(name), out_values, max, 0};

    (void)MHD_get_connection_values_n(request->handle, MHD_GET_ARGUMENT_KIND,
                                      collect_argument, &search);
    return search.count;
}

int64_t request_started_ms(const struct request *request)
{
    return request->started_ms;
}

uint64_t *request_ticket(struct request *request)
{
    return &request->ticket;
}

void request_wait(struct request *request, struct deadline deadline)
{
    assert(request->state == REQUEST_RUNNING);
    request->state = REQUEST_WAITING;
    request->deadline = deadline;
}

bool request_takes_gzip(struct request *request)
{
    return compression_is_accepted(request_header(request, "Accept-Encoding"));
}

static bool is_whole(struct piece *const *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!pieces[i] || pieces[i]->is_packed != pieces[0]->is_packed)
            return false;
    return true;
}

static void answer(struct request *request, const struct reply *reply,
                   struct piece *const *pieces, size_t count)
{
    assert(request->state == REQUEST_RUNNING || request->state == REQUEST_WAITING);
    request->status = reply->status;
    request->response = reply_make(reply, pieces, count);
    request->state = REQUEST_ANSWERED;
    request->deadline = deadline_in_ms(request->setting->answer_ms);
    leave_place(request);
}

void request_reply_pieces(struct request *request, const struct reply *reply,
                          struct piece *const *pieces, size_t count)
{
    if (is_whole(pieces, count))
        answer(request, reply, pieces, count);
    else
        request_reply_text(request, 500, "could not make the page");
}

void request_reply(struct request *request, const struct reply *reply, struct buf *body)
{
    static const struct reply failed_page = {.status = 500};

    if (body->failed) {
        buf_free(body);
        *body = buf_new(TEXT_REPLY_MAX);
        buf_add_text(body, "could not make the page\n");
        reply = &failed_page;
    }
    bool is_packed = reply->may_compress && body->n >= COMPRESSION_BODY_MIN &&
                     request_takes_gzip(request);
    struct piece *piece = piece_new(body, is_packed);
    answer(request, reply, &piece, 1);
    piece_release(piece);
}

void request_reply_text(struct request *request, int status, const char *text)
{
    const struct reply reply = {.status = status};
    struct buf body = buf_new(TEXT_REPLY_MAX);

    buf_add_text(&body, text);
    buf_add_char(&body, '\n');
    request_reply(request, &reply, &body);
}

void request_refuse(struct request *request)
{
    request_reply_text(request, 503, "this server is stopping");
}
