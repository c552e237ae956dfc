/* compression.c - see compression.h
 *
 * Level 1: a page of 230 KB takes 0.45 ms and becomes 22 KB; level 6 takes 2.3 ms for 15
 * KB.  zlib's state is made anew for each text: keeping it would save 0.05 ms of these
 * and cost 270 KB for all the time between.  It is one piece of memory, so that it goes
 * back to the system whole.
 */
#define ZLIB_CONST
#include "server/compression.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/arena.h"

#define LEVEL 1
#define CHUNK_BYTES ((size_t)16 * 1024)

/* How far back zlib looks, and how much it keeps at hand, as powers of two. */
struct effort {
    size_t text_bytes; /* for texts up to here */
    int window_bits;
    int memory_level;
};

static const struct effort efforts[] = {
    {(size_t)16 * 1024, 13, 6}, /* our own part of a page */
    {SIZE_MAX, 15, 8},          /* zlib's default */
};

/* zlib's own structure, and the rounding of its pieces. */
#define STATE_BYTES ((size_t)16 * 1024)
#define STATE_MAX ((size_t)1024 * 1024)

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

static const struct effort *effort_for(size_t text_bytes)
{
    const struct effort *effort = efforts;

    while (effort->text_bytes < text_bytes)
        effort++;
    return effort;
}

/* What zconf.h says that deflate takes, and its own structure. */
static size_t state_bytes(const struct effort *effort)
{
    return ((size_t)1 << (effort->window_bits + 2)) +
           ((size_t)1 << (effort->memory_level + 9)) + STATE_BYTES;
}

static voidpf take(voidpf context, uInt count, uInt bytes)
{
    return arena_array(context, count, bytes);
}

static void leave(voidpf context, voidpf piece)
{
    (void)context;
    (void)piece;
}

static int pack(struct str text, struct arena *memory, struct buf *out)
{
    const struct effort *effort = effort_for(text.n);
    z_stream stream = {
        .next_in = (const Bytef *)text.p,
        .avail_in = (uInt)text.n,
        .zalloc = take,
        .zfree = leave,
        .opaque = memory,
    };

    if (text.n > UINT_MAX)
        return Z_STREAM_ERROR;
    arena_reserve(memory, state_bytes(effort));
    /* Below 0: zlib's way to ask for blocks alone. */
    int state = deflateInit2(&stream, LEVEL, Z_DEFLATED, -effort->window_bits,
                             effort->memory_level, Z_DEFAULT_STRATEGY);
    if (state == Z_OK)
        state = flush(&stream, out);
    (void)deflateEnd(&stream); /* harmless where nothing began */
    return state;
}

struct buf compression_deflate(struct str text, struct checksum *out_checksum)
{
    struct buf out = buf_new(2 * text.n + 2 * CHUNK_BYTES);
    struct arena memory = arena_new(STATE_MAX);

    out.failed |= pack(text, &memory, &out) != Z_OK;
    arena_free(&memory);
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
