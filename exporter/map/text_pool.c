/* text_pool.c - see text_pool.h */
#include "map/text_pool.h"

#include <stddef.h>
#include <string.h>

/* Those beyond are kept as often as they are written. */
#define POOL_TEXTS_MAX ((size_t)100 * 1000)

/* How far from the last one a text is looked for: few rows of a map are longer. */
#define SEARCH_BYTES ((size_t)1024)

struct text_pool text_pool_new(struct arena *arena)
{
    return (struct text_pool){.arena = arena, .known = str_index_new(POOL_TEXTS_MAX)};
}

void text_pool_point_to(struct text_pool *pool, struct str source)
{
    pool->source = source;
    pool->source_at = 0;
}

/* Where text stands in quotes in part, NULL if it does not.  That need not be where it
 * was read: the same bytes are the same text. */
static const char *find_quoted(struct str part, struct str text)
{
    while (part.n) {
        (void)str_cut(&part, '"');
        if (part.n > text.n && part.p[text.n] == '"' && str_starts_with(part, text))
            return part.p;
    }
    return NULL;
}

/* Near to the last one: behind it, else before it, since the keys of a row are read in an
 * order of their own. */
static const char *find(const struct text_pool *pool, struct str text)
{
    struct str after = str_skip(pool->source, pool->source_at);
    size_t back = pool->source_at < SEARCH_BYTES ? pool->source_at : SEARCH_BYTES;
    const struct str before = {after.p - back, back};

    if (after.n > SEARCH_BYTES)
        after.n = SEARCH_BYTES;
    const char *found = find_quoted(after, text);
    return found ? found : find_quoted(before, text);
}

struct str text_pool_keep(struct text_pool *pool, struct str text)
{
    const char *found = pool->source.n ? find(pool, text) : NULL;

    if (found) {
        pool->source_at = (size_t)(found - pool->source.p) + text.n;
        return (struct str){found, text.n};
    }
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
