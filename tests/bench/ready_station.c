/* ready_station.c - a station that costs next to nothing: ready answers from memory.
 *
 *   ready_station STATION/http [moving]
 *
 * Serves a recorded folder the way the DBus HTTP API does, one connection at a time, one
 * answer each; prints the port it listens on.  So the time of a scrape is the exporter's,
 * not that of a simulator.  With `moving`, each number with a decimal point has another
 * last digit in each answer.  Ends with SIGTERM.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define ANSWERS_MAX 300
#define ANSWER_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define REQUEST_MAX 2048
#define BACKLOG 5

struct answer {
    struct buf name;  /* of the service, or "services" */
    struct buf bytes; /* headers and body */
};

static struct answer answers[ANSWERS_MAX];
static size_t answer_count;
static bool is_moving;

static const char head[] = "HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.8.18\r\n"
                           "Content-Type: application/json\r\n\r\n";
static const char not_found[] = "HTTP/1.0 404 Not Found\r\n\r\n";

static void give_up(const char *what)
{
    (void)fprintf(stderr, "ready_station: %s\n", what);
    exit(2);
}

static void add_answer(const char *folder, const char *file)
{
    struct answer *answer = &answers[answer_count];
    struct buf path = buf_new(ANSWER_BYTES_MAX);
    struct buf body = buf_new(ANSWER_BYTES_MAX);
    struct str name = str_from(file);
    struct error error;

    name.n -= strlen(".json");
    buf_printf(&path, "%s/%s", folder, file);
    if (answer_count++ == ANSWERS_MAX ||
        file_read(buf_str(&path), &body, &error) != ERR_OK)
        give_up(file);
    answer->name = buf_new(ANSWER_BYTES_MAX);
    answer->bytes = buf_new(ANSWER_BYTES_MAX);
    buf_add(&answer->name, name);
    buf_add_text(&answer->bytes, head);
    buf_add(&answer->bytes, buf_str(&body));
    buf_free(&body);
    buf_free(&path);
}

static void read_folder(const char *folder)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry;

    if (!directory)
        give_up(folder);
    while ((entry = readdir(directory))) {
        struct str name = str_from(entry->d_name);
        if (str_equal(name, STR_OF("services.json")) ||
            (str_starts_with(name, STR_OF("com.victronenergy.")) &&
             str_ends_with(name, STR_OF(".json"))))
            add_answer(folder, entry->d_name);
    }
    (void)closedir(directory);
}

/* "GET /value?service=NAME&path=/ HTTP/1.1": NAME; "GET /services …": services. */
static struct str asked(struct str request)
{
    (void)str_cut(&request, '/');
    struct str target = str_cut(&request, ' ');
    struct str service = target;

    (void)str_cut(&service, '=');
    return service.n ? str_cut(&service, '&') : target;
}

/* 54.35 becomes 54.36, 54.39 becomes 54.30; "v3.70", a text, stays. */
static void move_values(char *p, const char *end)
{
    bool is_fraction = false;

    for (; p + 1 < end; p++) {
        if (*p == '.')
            is_fraction = isdigit((unsigned char)p[1]);
        else if (!isdigit((unsigned char)*p))
            is_fraction = false;
        else if (is_fraction && strchr(",}\n", p[1]))
            *p = (char)(*p == '9' ? '0' : *p + 1);
    }
}

static struct str find(struct str name)
{
    for (size_t i = 0; i < answer_count; i++) {
        struct buf *bytes = &answers[i].bytes;
        if (!str_equal(buf_str(&answers[i].name), name))
            continue;
        if (is_moving)
            move_values(bytes->p + strlen(head), bytes->p + bytes->n);
        return buf_str(bytes);
    }
    return str_from(not_found);
}

static void serve(int client)
{
    char request[REQUEST_MAX];
    ssize_t n = read(client, request, sizeof request);
    struct str answer = find(asked((struct str){request, n > 0 ? (size_t)n : 0}));

    while (answer.n) {
        ssize_t written = write(client, answer.p, answer.n);
        if (written <= 0)
            break;
        answer = str_skip(answer, (size_t)written);
    }
    (void)close(client);
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (listener < 0 || bind(listener, (const struct sockaddr *)&address, bytes) != 0 ||
        listen(listener, BACKLOG) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &bytes) != 0)
        give_up("cannot listen");
    (void)printf("listening on port %d\n", ntohs(address.sin_port));
    (void)fflush(stdout);
    return listener;
}

int main(int argc, char **argv)
{
    is_moving = argc == 3 && strcmp(argv[2], "moving") == 0;
    if (argc != 2 + is_moving)
        give_up("usage: ready_station STATION/http [moving]");
    read_folder(argv[1]);
    int listener = listen_somewhere();
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0)
            serve(client);
    }
}
