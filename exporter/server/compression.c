/* compression.c - see compression.h
 *
 * Level 1: a page of 230 KB takes 0.45 ms and becomes 22 KB; level 6 takes 2.3 ms for 15
 * KB.  zlib's state is made anew for each page: keeping it would save 0.05 ms of these
 * and cost 260 KB for all the time between.
 */
#define ZLIB_CONST
#include "server/compression.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

#define LEVEL 1
#define WINDOW_BITS_RAW (-15) /* zlib's way to ask for blocks alone */
#define MEMORY_LEVEL 8        /* zlib's default */
#define CHUNK_BYTES ((size_t)16 * 1024)

/* RFC 1952: gzip, deflate, no name and no time, the fastest method, Unix. */
static const char head[] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 4, 3};

/* An empty block that says that it is the last one. */
static const char last_block[] = {3, 0};

/* q=0 and q=0.000 refuse; a weight that is no number says nothing good either. */
static bool is_wanted(struct str parameters)
{
    while (parameters.n) {
        struct str value = str_trim(str_cut(&parameters, ';'));
        struct str name = str_trim(str_cut(&value, '='));
        if (!str_equal_ignoring_case(name, STR_OF("q")))
            continue;
        for (size_t i = 0; i < value.n; i++)
            if (value.p[i] >= '1' && value.p[i] <= '9')
                return true;
        return false;
    }
    return true;
}

bool compression_is_accepted(struct str accept_encoding)
{
    bool is_any_accepted = false;

    while (accept_encoding.n) {
        struct str parameters = str_cut(&accept_encoding, ',');
        struct str coding = str_trim(str_cut(&parameters, ';'));
        if (str_equal_ignoring_case(coding, STR_OF("gzip")))
            return is_wanted(parameters);
        if (str_equal(coding, STR_OF("*")))
            is_any_accepted = is_wanted(parameters);
    }
    return is_any_accepted;
}

/* Up to the end of the text and of the last byte. */
static int flush(z_stream *stream, struct buf *out)
{
    int state;

    do {
        char *room = buf_reserve(out, CHUNK_BYTES);
        if (!room)
            return Z_MEM_ERROR;
        stream->next_out = (Bytef *)room;
        stream->avail_out = (uInt)CHUNK_BYTES;
        state = deflate(stream, Z_SYNC_FLUSH);
        out->n += CHUNK_BYTES - stream->avail_out;
    } while (state == Z_OK && stream->avail_out == 0);
    return state;
}

struct buf compression_deflate(struct str text, struct checksum *out_checksum)
{
    struct buf out = buf_new(2 * text.n + 2 * CHUNK_BYTES);
    z_stream stream = {.next_in = (const Bytef *)text.p, .avail_in = (uInt)text.n};
    int state = Z_STREAM_ERROR;

    if (text.n <= UINT_MAX)
        state = deflateInit2(&stream, LEVEL, Z_DEFLATED, WINDOW_BITS_RAW, MEMORY_LEVEL,
                             Z_DEFAULT_STRATEGY);
    if (state == Z_OK)
        state = flush(&stream, &out);
    (void)deflateEnd(&stream); /* harmless where nothing began */
    out.failed |= state != Z_OK;
    *out_checksum = (struct checksum){
        .crc = (uint32_t)crc32_z(0, (const Bytef *)text.p, text.n),
        .bytes = text.n,
    };
    return out;
}

struct checksum compression_join(struct checksum first, struct checksum second)
{
    return (struct checksum){
        .crc = (uint32_t)crc32_combine(first.crc, second.crc, (z_off_t)second.bytes),
        .bytes = first.bytes + second.bytes,
    };
}

struct str compression_head(void)
{
    return (struct str){head, sizeof head};
}

static void put_number(uint32_t number, char *out)
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)(number >> 8 * i);
}

void compression_end(struct checksum checksum, char out_end[COMPRESSION_END_BYTES])
{
    memcpy(out_end, last_block, sizeof last_block);
    put_number(checksum.crc, out_end + sizeof last_block);
    put_number((uint32_t)checksum.bytes, out_end + sizeof last_block + 4);
}
