/* config_check.h - what options must not say together, and what is worth a warning. */
#ifndef CONFIG_CONFIG_CHECK_H
#define CONFIG_CONFIG_CHECK_H

#include "base/buf.h"
#include "config/config.h"

/* Who said an option, by its place in option_table.  A later one wins. */
enum option_origin { ORIGIN_NOBODY, ORIGIN_ENVIRONMENT, ORIGIN_ARGV };

/* Adds one line for each bad combination. */
void config_check(const struct config *config, const enum option_origin *origins,
                  struct buf *mistakes);

/* Fills config->warnings. */
void config_warn(struct config *config, const enum option_origin *origins);

#endif
