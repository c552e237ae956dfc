/* router.c - see router.h */
#include "server/router.h"

#include <microhttpd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "server/admission.h"
#include "server/request.h"
#include "server/server.h"

#define TEXT_MAX ((size_t)1024)

struct router_entry {
    struct route route;
    struct str path;
    size_t count_row; /* that of the first route with this name */
    unsigned under_way;
};

static const struct method_word {
    const char *word;
    unsigned method;
} method_words[] = {
    {"GET", METHOD_GET},
    {"HEAD", METHOD_HEAD},
    {"POST", METHOD_POST},
    {"PUT", METHOD_PUT},
};

#define METHOD_COUNT (sizeof method_words / sizeof method_words[0])

/* 0 for one that we do not know: no route allows it. */
static unsigned method_of(const struct request *request)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (str_equal(str_from(method_words[i].word), str_from(request->method)))
            return method_words[i].method;
    return 0;
}

/* libmicrohttpd answers HEAD with what GET would send, without the body. */
static unsigned allowed_methods(const struct route *route)
{
    return route->methods | (route->methods & METHOD_GET ? METHOD_HEAD : 0U);
}

static struct router_entry *find(const struct router *router, struct str path)
{
    for (size_t i = 0; i < router->count; i++)
        if (str_equal(router->entries[i].path, path))
            return &router->entries[i];
    return NULL;
}

static void refuse_method(struct request *request, unsigned allowed)
{
    struct buf words = buf_new(TEXT_MAX);
    struct buf text = buf_new(TEXT_MAX);

    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (allowed & method_words[i].method)
            buf_printf(&words, "%s%s", words.n ? ", " : "", method_words[i].word);
    buf_add(&words, (struct str){"", 1}); /* the NUL that MHD wants */
    if (words.failed) {
        request_reply_text(request, 405, "this method is not allowed here");
    } else {
        buf_printf(&text, "this method is not allowed here, only %s\n", words.p);
        request_reply(request, &(struct reply){.status = 405}, &text);
        if (request->response)
            (void)MHD_add_response_header(request->response, "Allow", words.p);
    }
    buf_free(&words);
}

/* Whoever guessed an address is told those that there are. */
static void refuse_path(const struct router *router, struct request *request)
{
    struct buf text = buf_new(TEXT_MAX);

    buf_add_text(&text, "not found; the pages are");
    for (size_t i = 0; i < router->count; i++)
        buf_printf(&text, "%s%.*s", i ? ", " : " ", STR_ARG(router->entries[i].path));
    buf_add_char(&text, '\n');
    request_reply(request, &(struct reply){.status = 404}, &text);
    buf_free(&text);
}

static void refuse_crowd(struct request *request, unsigned max)
{
    struct buf text = buf_new(TEXT_MAX);

    buf_printf(&text, "Limit of concurrent requests reached (%u), try again later.\n",
               max);
    request_reply(request, &(struct reply){.status = 503}, &text);
}

static void take_place(struct router_entry *entry, struct request *request)
{
    entry->under_way++;
    request->place = &entry->under_way;
    request->route = &entry->route;
}

/* What is asked for; NULL if it is no route. */
static struct router_entry *entry_of(const struct router *router,
                                     const struct request *request)
{
    return request->has_nul ? NULL : find(router, str_from(request->path));
}

static void begin(const struct router *router, struct request *request,
                  const struct router_entry *entry)
{
    request->is_begun = true;
    request->started_ms = clock_monotonic_ms();
    request->count_row = entry ? entry->count_row : router->count;
}

/* Gives the request its route, or answers it. */
static void choose_route(const struct router *router, struct request *request,
                         struct router_entry *entry)
{
    if (request->has_nul) {
        request_reply_text(request, 400, "a NUL byte in the address");
        return;
    }
    if (!entry) {
        refuse_path(router, request);
        return;
    }
    const struct route *route = &entry->route;
    if (!(allowed_methods(route) & method_of(request)))
        refuse_method(request, allowed_methods(route));
    else if (route->max_waiting && entry->under_way >= route->max_waiting)
        refuse_crowd(request, route->max_waiting);
    else
        take_place(entry, request);
}

static size_t first_row_named(const struct router *router, struct str name)
{
    size_t row = 0;

    while (!str_equal(str_from(router->names[row]), name))
        row++;
    return row;
}

struct router router_in(struct arena *arena, const struct route *routes, size_t count)
{
    struct router router = {
        .entries = arena_array(arena, count, sizeof *router.entries),
        .count = count,
        .names = arena_array(arena, count + 1, sizeof *router.names),
        .name_count = count + 1,
    };

    if (arena->failed)
        return router;
    for (size_t i = 0; i < count; i++) {
        struct router_entry *entry = &router.entries[i];
        entry->path = arena_copy(arena, str_from(routes[i].path));
        router.names[i] = arena_copy(arena, str_from(routes[i].name)).p;
        entry->route = routes[i];
        entry->route.path = entry->path.p;
        entry->route.name = router.names[i];
        entry->count_row = first_row_named(&router, str_from(router.names[i]));
    }
    router.names[count] = "other";
    return router;
}

void router_run(struct router *router, struct request *request)
{
    request->state = REQUEST_RUNNING;
    if (!request->route) {
        struct router_entry *entry = entry_of(router, request);
        if (!request->is_begun)
            begin(router, request, entry);
        if (!admission_admits(router->admission, request))
            return;
        choose_route(router, request, entry);
    }
    if (request->route)
        request->route->run(request->route->context, request);
    if (request->state == REQUEST_RUNNING)
        request_reply_text(request, 500, "this route gave no answer");
}
