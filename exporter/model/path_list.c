/* path_list.c - see path_list.h */
#include "model/path_list.h"

#include <stdlib.h>
#include <string.h>

struct path_list *path_list_new(size_t count, size_t text_bytes)
{
    struct path_list *list =
        malloc(sizeof *list + count * sizeof list->paths[0] + text_bytes);

    if (!list)
        return NULL;
    list->count = 0;
    list->references = 1;
    list->end = (char *)&list->paths[count];
    return list;
}

void path_list_add(struct path_list *list, struct str path)
{
    memcpy(list->end, path.p, path.n);
    list->paths[list->count++] = (struct str){list->end, path.n};
    list->end += path.n;
}

struct path_list *path_list_reference(struct path_list *list)
{
    (void)__atomic_fetch_add(&list->references, 1, __ATOMIC_RELAXED);
    return list;
}

void path_list_release(struct path_list *list)
{
    if (list && __atomic_fetch_sub(&list->references, 1, __ATOMIC_ACQ_REL) == 1)
        free(list);
}
