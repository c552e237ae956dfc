/* mqtt_intake.c - see mqtt_intake.h */
#include "source/mqtt_intake.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* A GX's broker lets no packet through that is larger than 16 MiB. */
#define HELD_BYTES_MAX ((uint64_t)32 * 1024 * 1024)
#define ODD_BYTES ((uint64_t)64 * 1024)

/* Type and length of a packet, length of its topic. */
#define PACKET_HEAD_BYTES 3
#define LENGTH_DIGIT_BITS 7

/* Rather too much: what is held would only seem to grow. */
#define RECORD_BYTES 256

static size_t head_bytes(size_t content_bytes)
{
    size_t bytes = PACKET_HEAD_BYTES;

    do
        bytes++;
    while (content_bytes >>= LENGTH_DIGIT_BITS);
    return bytes;
}

void mqtt_intake_give(struct mqtt_intake *intake, size_t topic_bytes,
                      size_t payload_bytes)
{
    size_t bytes = topic_bytes + payload_bytes;

    intake->given_bytes += bytes + head_bytes(bytes + 2);
    if (intake->has_records)
        intake->given_bytes += RECORD_BYTES;
}

void mqtt_intake_look(struct mqtt_intake *intake, int socket)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;

    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return;
    if (intake->received_bytes)
        intake->held_bytes += info.tcpi_bytes_received - intake->received_bytes;
    intake->held_bytes -= intake->given_bytes < intake->held_bytes ? intake->given_bytes
                                                                   : intake->held_bytes;
    intake->received_bytes = info.tcpi_bytes_received;
    intake->given_bytes = 0;
}

bool mqtt_intake_is_odd(const struct mqtt_intake *intake)
{
    return intake->held_bytes > ODD_BYTES;
}

bool mqtt_intake_is_over(const struct mqtt_intake *intake)
{
    return intake->held_bytes > HELD_BYTES_MAX;
}
