/* arena.c - see arena.h */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blocks double from the first to the last size: a small arena stays small, a large one
 * takes few calls of malloc. */
#define ARENA_FIRST_BYTES ((size_t)1024)
#define ARENA_BLOCK_BYTES ((size_t)16 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char bytes[];
};

struct arena arena_new(size_t max_bytes)
{
    return (struct arena){.max_bytes = max_bytes};
}

static struct arena_block *add_block(struct arena *arena, size_t size)
{
    struct arena_block *block = calloc(1, sizeof *block + size);

    if (!block)
        return NULL;
    block->size = size;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

static size_t next_size(const struct arena *arena, size_t need)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : ARENA_FIRST_BYTES;
    if (size > ARENA_BLOCK_BYTES)
        size = ARENA_BLOCK_BYTES;
    return size < need ? need : size;
}

static bool has_room(const struct arena_block *block, size_t bytes)
{
    return block && bytes <= block->size - block->used;
}

static size_t rounded_up(size_t bytes)
{
    const size_t unit = alignof(max_align_t);

    return (bytes + unit - 1) / unit * unit;
}

void arena_reserve(struct arena *arena, size_t bytes)
{
    if (!arena->failed && bytes <= arena->max_bytes - arena->used_bytes &&
        !has_room(arena->blocks, bytes))
        (void)add_block(arena, bytes);
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    if (arena->failed || bytes > arena->max_bytes - arena->used_bytes) {
        arena->failed = true;
        return NULL;
    }
    size_t rounded = rounded_up(bytes);
    struct arena_block *block = arena->blocks;
    if (!has_room(block, rounded))
        block = add_block(arena, next_size(arena, rounded));
    if (!block) {
        arena->failed = true;
        return NULL;
    }
    void *piece = block->bytes + block->used;
    block->used += rounded;
    arena->used_bytes += bytes;
    return piece;
}

void arena_trim(struct arena *arena, size_t bytes, size_t keep)
{
    if (arena->failed)
        return;
    arena->blocks->used -= rounded_up(bytes) - rounded_up(keep);
    arena->used_bytes -= bytes - keep;
}

void *arena_array(struct arena *arena, size_t count, size_t bytes_each)
{
    if (bytes_each && count > SIZE_MAX / 2 / bytes_each) {
        arena->failed = true;
        return NULL;
    }
    return arena_alloc(arena, count * bytes_each);
}

struct str arena_copy(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.n + 1);

    if (!copy)
        return (struct str)STR("");
    if (s.n)
        memcpy(copy, s.p, s.n);
    return (struct str){copy, s.n};
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = n < 0 ? NULL : arena_alloc(arena, (size_t)n + 1);
    if (!text)
        return (struct str)STR("");
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)n + 1, format, arguments);
    va_end(arguments);
    return (struct str){text, (size_t)n};
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    *arena = arena_new(arena->max_bytes);
}
