/* path_list.h - the paths of a device, shared by its reports.
 *
 * A device says the same paths each time, so that its reports differ in values alone.
 * Filled by one thread, then constant; reference-counted.
 */
#ifndef MODEL_PATH_LIST_H
#define MODEL_PATH_LIST_H

#include <stddef.h>

#include "base/str.h"

struct path_list {
    size_t count;
    int references;
    char *end; /* of the texts so far */
    struct str paths[];
};

/* Room for that many paths of text_bytes together; NULL without memory. */
struct path_list *path_list_new(size_t count, size_t text_bytes);

/* Copies path; there must be room. */
void path_list_add(struct path_list *list, struct str path);

/* Any thread; release takes NULL. */
struct path_list *path_list_reference(struct path_list *list);
void path_list_release(struct path_list *list);

#endif
