/* piece.c - see piece.h */
#include "server/piece.h"

#include <stdlib.h>

/* A buffer grows by doubling; what lives on is as large as it must be. */
static void shrink(struct buf *memory)
{
    char *smaller = memory->n ? realloc(memory->p, memory->n) : NULL;

    if (!smaller)
        return;
    memory->p = smaller;
    memory->size = memory->n;
}

static void pack(struct piece *piece)
{
    struct checksum checksum;
    struct buf blocks = compression_deflate(buf_str(&piece->memory), &checksum);

    if (blocks.failed) {
        buf_free(&blocks);
        return;
    }
    buf_free(&piece->memory);
    piece->memory = blocks;
    piece->is_packed = true;
    piece->checksum = checksum;
}

struct piece *piece_new(struct buf *text, bool is_packed)
{
    struct piece *piece = text->failed ? NULL : calloc(1, sizeof *piece);

    if (!piece) {
        buf_free(text);
        return NULL;
    }
    piece->references = 1;
    piece->memory = *text;
    *text = buf_new(text->max);
    if (is_packed)
        pack(piece);
    shrink(&piece->memory);
    piece->bytes = buf_str(&piece->memory);
    return piece;
}

struct piece *piece_reference(struct piece *piece)
{
    piece->references++;
    return piece;
}

void piece_release(struct piece *piece)
{
    if (!piece || --piece->references > 0)
        return;
    buf_free(&piece->memory);
    free(piece);
}
