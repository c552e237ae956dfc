/* row_draft.c - see row_draft.h */
#include "map/row_draft.h"

static const char *const type_words[] = {
    [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a text",
    [JSON_INTEGER] = "a number", [JSON_REAL] = "a number",  [JSON_TRUE] = "true",
    [JSON_FALSE] = "false",      [JSON_NULL] = "null",
};

void row_draft_wrong_type(struct row_draft *draft, const char *key, const json_t *value,
                          const char *wanted)
{
    ROW_MISTAKE(draft, "key \"%s\" is %s, should be %s", key,
                type_words[json_typeof(value)], wanted);
}

bool row_draft_text(struct row_draft *draft, const char *key, const json_t *value,
                    struct str *out_text)
{
    if (!json_is_string(value)) {
        row_draft_wrong_type(draft, key, value, "a text");
        return false;
    }
    if (json_string_length(value) == 0) {
        ROW_MISTAKE(draft, "key \"%s\" is empty", key);
        return false;
    }
    *out_text = text_pool_keep(draft->texts, str_from(json_string_value(value)));
    return true;
}
