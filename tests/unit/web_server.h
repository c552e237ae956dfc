/* web_server.h - a server with a web configuration, for tests. */
#ifndef TESTS_WEB_SERVER_H
#define TESTS_WEB_SERVER_H

#include "http_client.h"
#include "server/server.h"
#include "server/server_limits.h"
#include "web/web_watch.h"
#include "web_files.h"

#define LOGIN "Authorization: Basic YTpzZWNyZXQ=\r\n" /* a, secret */
#define USER_A "basic_auth_users: {a: " SECRET "}\n"
#define BIG_BYTES ((size_t)32 * 1024 * 1024) /* more than the kernel holds */

static struct web_watch *watch;
static struct server *server;
static struct str address;

static inline void say_hello(void *context, struct request *request)
{
    (void)context;
    request_reply_text(request, 200, "hello");
}

static inline void send_policy(void *context, struct request *request)
{
    struct buf body = buf_new(10);

    (void)context;
    buf_add_text(&body, "page");
    request_reply(request, &(struct reply){.status = 200, .csp = "default-src 'none'"},
                  &body);
}

static inline void wait_once(void *context, struct request *request)
{
    (void)context;
    if ((*request_ticket(request))++ == 0)
        request_wait(request, deadline_in_ms(50));
    else
        request_reply_text(request, 200, "waited");
}

static inline void send_big_page(void *context, struct request *request)
{
    struct buf body = buf_new(BIG_BYTES);
    char *room = buf_reserve(&body, BIG_BYTES);

    (void)context;
    for (size_t i = 0; room && i < BIG_BYTES; i++)
        room[i] = (char)('a' + i % 26);
    body.n = BIG_BYTES;
    request_reply(request, &(struct reply){.status = 200}, &body);
}

static const struct route web_routes[] = {
    {"/hello", "hello", METHOD_GET | METHOD_POST, 0, say_hello, NULL},
    {"/policy", "policy", METHOD_GET, 0, send_policy, NULL},
    {"/wait", "wait", METHOD_GET, 0, wait_once, NULL},
    {"/big", "big", METHOD_GET, 0, send_big_page, NULL},
    {"/mend", "mend", METHOD_POST, 0, say_hello, NULL},
};

/* limits NULL: those of a station. */
static inline void start_web_server(const char *yaml, const struct server_limits *limits)
{
    static const struct server_limits usual = {SERVER_REQUEST_MS, SERVER_ANSWER_MS,
                                               SERVER_CONNECTIONS_MAX,
                                               SERVER_CONNECTIONS_PER_ADDRESS_MAX};
    struct str listen_address = STR_OF("127.0.0.1:0");
    struct buf mistakes = buf_new(10000);
    struct error error;

    write_web_file("web.yml", yaml);
    if (web_watch_open(str_from(web_path("web.yml")), &watch, &mistakes))
        fail_msg("%.*s", STR_ARG(buf_str(&mistakes)));
    buf_free(&mistakes);
    const struct server_options options = {
        .addresses = &listen_address,
        .address_count = 1,
        .web = watch,
        .mending_path = "/mend",
    };
    if (server_open_limited(&options, web_routes, COUNT(web_routes),
                            limits ? limits : &usual, &server, &error) ||
        server_start(server, &error))
        fail_msg("%s", error.text);
    address = server_address(server, 0);
}

static inline int stop_web_server(void **state)
{
    server_close(server);
    web_watch_close(watch);
    server = NULL;
    watch = NULL;
    return close_web_folder(state);
}

#define WITH_WEB(test)                                                                   \
    cmocka_unit_test_setup_teardown(test, open_web_folder, stop_web_server)

#endif
