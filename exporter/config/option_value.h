/* option_value.h - from what was written behind the "=" to a field of struct config. */
#ifndef CONFIG_OPTION_VALUE_H
#define CONFIG_OPTION_VALUE_H

#include "base/err.h"
#include "base/str.h"
#include "config/options.h"

/* Sets the field, or adds to it if it is a list; texts are copied into config's arena.
 * ERR_USAGE says what is wrong and what is allowed; the field is not to be used then. */
enum err option_set(const struct option *option, struct str value, struct config *config,
                    struct error *error) __attribute__((warn_unused_result));

#endif
