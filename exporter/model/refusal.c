/* refusal.c - see refusal.h */
#include "model/refusal.h"

static const char *const words[REFUSAL_END] = {
    [REFUSAL_TYPE] = "type",   [REFUSAL_MALFORMED] = "malformed",
    [REFUSAL_RANGE] = "range", [REFUSAL_LIMIT] = "limit",
    [REFUSAL_CLASH] = "clash",
};

const char *refusal_word(enum refusal refusal)
{
    return words[refusal];
}
