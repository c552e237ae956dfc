/* value.h - what stood at one D-Bus path. */
#ifndef MODEL_VALUE_H
#define MODEL_VALUE_H

#include "base/str.h"

enum value_kind {
    VALUE_NONE,   /* invalid: [], null, NaN; never 0 */
    VALUE_NUMBER, /* also true (1) and false (0) */
    VALUE_TEXT,
    VALUE_JSON, /* an array or object, as JSON text */
};

struct value {
    enum value_kind kind;
    double number;   /* VALUE_NUMBER: finite */
    struct str text; /* VALUE_TEXT and VALUE_JSON: valid UTF-8, may hold NUL bytes */
};

#endif
