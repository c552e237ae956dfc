/* want.c - see want.h */
#include "model/want.h"

static bool is_unwanted(const struct want_list *list, struct str device)
{
    for (size_t i = 0; i < list->unwanted_count; i++)
        if (str_equal(list->unwanted[i], device))
            return true;
    return false;
}

struct want_list want_list_copy(const struct want_list *list, struct arena *arena)
{
    struct want *wants = arena_array(arena, list->count, sizeof *wants);
    struct str *unwanted = arena_array(arena, list->unwanted_count, sizeof *unwanted);

    if (!wants || !unwanted)
        return (struct want_list){0};
    for (size_t i = 0; i < list->count; i++) {
        wants[i] = list->wants[i];
        wants[i].device = arena_copy(arena, list->wants[i].device);
    }
    for (size_t i = 0; i < list->unwanted_count; i++)
        unwanted[i] = arena_copy(arena, list->unwanted[i]);
    return (struct want_list){wants, list->count, unwanted, list->unwanted_count};
}

bool want_list_knows(const struct want_list *list, struct str device)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_equal(list->wants[i].device, device))
            return true;
    return is_unwanted(list, device);
}

const struct want *want_find(const struct want_list *list, struct str device)
{
    const struct want *any = NULL;

    for (size_t i = 0; i < list->count; i++) {
        if (str_equal(list->wants[i].device, device))
            return &list->wants[i];
        if (str_equal(list->wants[i].device, STR_OF("*")))
            any = &list->wants[i];
    }
    return is_unwanted(list, device) ? NULL : any;
}
