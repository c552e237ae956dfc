/* web_values.h - the value of one key, into its field. */
#ifndef WEB_WEB_VALUES_H
#define WEB_WEB_VALUES_H

#include "web/web_config.h"
#include "web/web_keys.h"
#include "web/web_reader.h"

/* Of any kind but WEB_SECTION.  What is wrong is refused; the field is untouched then. */
void web_value_read(struct web_reader *reader, const struct web_key *key,
                    const struct web_pair *pair, struct web_config *config);

#endif
