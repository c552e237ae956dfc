/* scrape_bench.c - what a scrape costs beside the requests that it makes of the station.
 *
 *   scrape_bench STATION_PORT EXPORTER_PORT ROUNDS PATH...
 *
 * In turns, on loopback: the station's PATHs one after the other, then one scrape.  Plain
 * sockets both times, so that the client costs nothing that one could mistake for ours.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 1000
#define REQUEST_MAX 1024

static void give_up(const char *why)
{
    (void)fprintf(stderr, "scrape_bench: %s\n", why);
    exit(2);
}

static double now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int open_connection(const char *port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int connection = socket(AF_INET, SOCK_STREAM, 0);

    if (connection < 0 ||
        connect(connection, (const struct sockaddr *)&address, sizeof address) != 0)
        give_up("nobody listens there");
    return connection;
}

/* Bytes of the answer with its headers. */
static size_t ask(const char *port, const char *path)
{
    char request[REQUEST_MAX];
    char piece[64 * 1024];
    size_t bytes = 0;
    int connection = open_connection(port);
    int length =
        snprintf(request, sizeof request, "GET %s HTTP/1.0\r\nHost: x\r\n\r\n", path);

    if (write(connection, request, (size_t)length) != length)
        give_up("the request is not taken");
    for (ssize_t n; (n = read(connection, piece, sizeof piece)) > 0;)
        bytes += (size_t)n;
    (void)close(connection);
    return bytes;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

int main(int argc, char **argv)
{
    double station_ms[ROUNDS_MAX], scrape_ms[ROUNDS_MAX];
    size_t rounds = argc > 4 ? strtoul(argv[3], NULL, 10) : 0;
    size_t bytes = 0;

    if (rounds == 0 || rounds > ROUNDS_MAX)
        give_up("usage: scrape_bench STATION_PORT EXPORTER_PORT ROUNDS PATH...");
    for (size_t i = 0; i < rounds; i++) {
        double start = now_ms();
        bytes = 0;
        for (int k = 4; k < argc; k++)
            bytes += ask(argv[1], argv[k]);
        station_ms[i] = now_ms() - start;
        start = now_ms();
        (void)ask(argv[2], "/metrics");
        scrape_ms[i] = now_ms() - start;
    }
    (void)printf("%.3f %.3f %zu\n", median(station_ms, rounds), median(scrape_ms, rounds),
                 bytes);
    return 0;
}
