/* refusal.h - why a value was refused: the reason label of victron_rejected_values. */
#ifndef MODEL_REFUSAL_H
#define MODEL_REFUSAL_H

enum refusal {
    REFUSAL_TYPE,      /* text where the map wants a number, or the other way round */
    REFUSAL_MALFORMED, /* JSON in a value that is none */
    REFUSAL_RANGE,     /* a counter below 0, a number beyond double */
    REFUSAL_LIMIT,     /* over a limit of limits.h */
    REFUSAL_CLASH,     /* a second device or path with the same series */
    REFUSAL_END
};

/* "type", … */
const char *refusal_word(enum refusal refusal);

#endif
