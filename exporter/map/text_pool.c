/* text_pool.c - see text_pool.h */
#include "map/text_pool.h"

#include <stddef.h>
#include <string.h>

/* Those beyond are kept as often as they are written. */
#define POOL_TEXTS_MAX ((size_t)100 * 1000)

struct text_pool text_pool_new(struct arena *arena)
{
    return (struct text_pool){arena, str_index_new(POOL_TEXTS_MAX)};
}

struct str text_pool_copy(struct text_pool *pool, struct str text)
{
    char *copy = str_index_get(&pool->known, text);

    if (copy)
        return (struct str){copy, text.n};
    copy = arena_alloc(pool->arena, text.n + 1);
    if (!copy)
        return STR_OF("");
    if (text.n)
        memcpy(copy, text.p, text.n);
    str_index_put(&pool->known, (struct str){copy, text.n}, copy);
    return (struct str){copy, text.n};
}

void text_pool_free(struct text_pool *pool)
{
    str_index_free(&pool->known);
}
