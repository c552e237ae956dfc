/* piece.h - a piece of an answer's body, made once and shared by every answer that has
 * it.
 *
 * Constant and reference-counted.  The server thread only, and who stops the server.
 */
#ifndef SERVER_PIECE_H
#define SERVER_PIECE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"
#include "server/compression.h"

struct piece {
    struct str bytes;         /* the text, or its deflate blocks */
    bool is_packed;           /* they are blocks */
    struct checksum checksum; /* of the text; only of a packed piece */

    /* of piece.c */
    struct buf memory;
    int references;
};

/* Takes the memory of text over (it is empty afterwards).  Without memory to pack it, the
 * piece is the text itself; without any, and of a text that failed, it is NULL. */
struct piece *piece_new(struct buf *text, bool is_packed);

struct piece *piece_reference(struct piece *piece);

/* NULL is allowed. */
void piece_release(struct piece *piece);

#endif
